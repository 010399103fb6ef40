"""The requests that wait for the component: the one place where they can be counted, bounded and cleared."""

from __future__ import annotations

import itertools
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from seldon_component.errors import CallError
from seldon_component.payload import Payload

from ..errors import Cancelled
from ..messages import Request
from ..system.idle_memory import idle_memory
from .interface import OnAnswer

log = logging.getLogger(__name__)

_NEWEST_FIRST_SECONDS = 5.0  # after a client gave up


class Holder(Protocol):
    """A process that has been given requests."""

    def withdraw(self, queued: QueuedRequest) -> None:
        """Leave out a request, unless it has begun."""


_ids = itertools.count()


def not_sent() -> CallError:
    """The error of a request of which no frame can be made."""
    return CallError("the server failed on this request; its log says why")


def cancelled() -> Cancelled:
    """The error of a request that nobody waits for."""
    return Cancelled("the request was cancelled before the component began it")


class QueuedRequest:
    """A request that waits, or is in a process's hands, and who takes its response."""

    __slots__ = (
        "request", "id", "frame", "process", "number", "size", "is_withdrawn", "batch", "_on_answer", "__weakref__",
    )  # fmt: skip

    def __init__(self, request: Request, on_answer: OnAnswer) -> None:
        self.request = request
        self._on_answer = on_answer
        self.id = next(_ids) & 0x7FFFFFFF  # comes back with its response; Python 2.7 and 3 marshal 31 bits alike
        self.frame: list[Any] | None = None  # its bytes for a process, once they are made
        self.process: Holder | None = None  # the one that it was given to
        self.number = 0  # among the requests of that process, from 1 on
        self.size = 0  # bytes that the process was given
        self.is_withdrawn = False  # whether the process was told to leave it out
        self.batch: Any = None  # where BatchingQueue keeps it

    def answer(self, payload: Payload | None, error: CallError | None) -> None:
        """The response, or the failure. Called once."""
        self.request.on_cancel = None  # it refers to this object, and would keep both until the next garbage collection
        if self.request.cancelled:  # the transport has ended with it before
            idle_memory.note_large_message()
        try:
            self._on_answer(payload, error)
        except Exception:  # the thread that calls this answers other requests, too
            log.exception("the response of %s was not delivered", self.request, extra=self.request.log_fields)

    def fail_with(self, error: CallError) -> None:
        """Have the client get `error`, whatever the process responds."""
        on_answer = self._on_answer
        self._on_answer = lambda *_: on_answer(None, error)

    def is_over(self) -> bool:
        """Whether nobody waits for the response any longer."""
        request = self.request
        return request.cancelled or (request.deadline is not None and request.deadline <= time.monotonic())


class RequestQueue:
    """Requests in the order of their arrival, or the newest first while clients give up.

    The lock of the model that owns the queue guards it.
    """

    def __init__(self) -> None:
        self.retry: Callable[[list[QueuedRequest]], None] = lambda members: None  # set by the model
        self._waiting: OrderedDict[QueuedRequest, None] = OrderedDict()
        self._newest_first_until = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def describe_component(self, description: dict[str, Any]) -> None:
        """The component is loaded, and says this of itself."""

    def put(self, queued: QueuedRequest, is_idle: Callable[[], bool]) -> float | None:
        """Add a request. is_idle: whether a process has nothing to do.

        Returns the time of the monotonic clock at which to call `take` again, if nothing else happens before.
        """
        self._waiting[queued] = None
        return None

    def put_back(self, returned: Iterable[QueuedRequest]) -> None:
        """Add requests that a process did not begin, in their order, before all others."""
        for queued in reversed([*returned]):
            self._waiting[queued] = None
            self._waiting.move_to_end(queued, last=False)

    def take(self) -> QueuedRequest | None:
        """The request that is next; None where none is to go now."""
        if not self._waiting:
            return None
        return self._waiting.popitem(last=self._newest_first_until > 0.0 and self.is_newest_first())[0]

    def is_newest_first(self) -> bool:
        """Whether clients give up, so that the request which came last is the likeliest to be still waited for."""
        return self._newest_first_until > time.monotonic()

    def abandon(self, queued: QueuedRequest) -> bool:
        """Take a request out that nobody waits for any longer; False where it is no longer here.

        Its client gave up, also if a process has the request by now: then it came to the process too late.
        """
        self._newest_first_until = time.monotonic() + _NEWEST_FIRST_SECONDS
        return self.discard(queued)

    def discard(self, queued: QueuedRequest) -> bool:
        """Take a request out; False where it is no longer here."""
        if queued not in self._waiting:
            return False
        del self._waiting[queued]
        return True

    def clear(self) -> list[QueuedRequest]:
        """Take all requests out, the oldest first."""
        waiting = self.waiting()
        for queued in waiting:
            self.discard(queued)
        return waiting

    def waiting(self) -> list[QueuedRequest]:
        """All requests, the oldest first."""
        return list(self._waiting)
