"""The requests that wait, in the order in which they go: as model/request_queue.py and model/batching.py have it.

A test hands the same requests to these queues and to the server's own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

NEWEST_FIRST_SECONDS = 5.0  # after a client gave up


@dataclass(eq=False, slots=True)
class Request:
    """at: when it came. seconds: of the class, if it goes alone. ended: when its client had the response.

    outcome: answered, refused or timed out; "" until then.
    """

    at: float
    seconds: float
    ended: float = 0.0
    outcome: str = ""
    batch: Batch | None = None


@dataclass(eq=False, slots=True)
class Batch:
    """due: the time from which on it waits for the class alone."""

    due: float
    members: OrderedDict[Request, None] = field(default_factory=OrderedDict)


class Queue:
    """One request after the other: in their order, or the newest first while clients give up."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Request, None] = OrderedDict()
        self._newest_first_until = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, request: Request, now: float, idle: bool) -> float | None:
        """Add a request. Returns the time at which to call `take` again. idle: whether a worker has nothing to do."""
        self._waiting[request] = None
        return None

    def take(self, now: float) -> list[Request]:
        """The requests of the next call; none if none is to go now."""
        return [self._waiting.popitem(last=self._is_newest_first(now))[0]] if self._waiting else []

    def abandon(self, request: Request, now: float) -> None:
        """The client of a request has given up. It may wait no longer."""
        self._newest_first_until = now + NEWEST_FIRST_SECONDS
        self._discard(request)

    def _discard(self, request: Request) -> None:
        self._waiting.pop(request, None)

    def _is_newest_first(self, now: float) -> bool:
        return self._newest_first_until > now


class BatchingQueue(Queue):
    """Several requests of one row in one call."""

    def __init__(self, most: int, delay: float) -> None:
        """most: BATCH_MAX_SIZE. delay: BATCH_MAX_DELAY_MS in seconds."""
        super().__init__()
        self._most, self._delay = most, delay
        self._batches: OrderedDict[Batch, None] = OrderedDict()  # in the order of their first requests
        self._open: Batch | None = None  # the one that more requests can join
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, request: Request, now: float, idle: bool) -> float | None:
        due = None
        if self._open is None:
            due = now + self._delay if self._delay and not idle else None
            self._open = Batch(due or 0.0)
            self._batches[self._open] = None
        request.batch = self._open
        self._open.members[request] = None
        self._count += 1
        if len(self._open.members) == self._most:
            self._open.due = 0.0
            self._open = None
        return due

    def take(self, now: float) -> list[Request]:
        batches: Iterable[Batch] = reversed(self._batches) if self._is_newest_first(now) else self._batches
        batch = next((one for one in batches if one.due <= now), None)
        if batch is None:
            return []
        self._remove(batch)
        self._count -= len(batch.members)
        return list(batch.members)

    def _discard(self, request: Request) -> None:
        batch = request.batch
        if batch is None or batch not in self._batches:
            return
        del batch.members[request]
        self._count -= 1
        if not batch.members:
            self._remove(batch)

    def _remove(self, batch: Batch) -> None:
        del self._batches[batch]
        if self._open is batch:
            self._open = None
