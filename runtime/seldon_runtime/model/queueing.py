"""What a Model does with its queue of requests, whichever process the component lives in."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial

from seldon_component.errors import CallError

from ..errors import overloaded
from ..messages import Request
from ..system.timer import Timer
from .interface import OnAnswer
from .request_queue import QueuedRequest, RequestQueue, cancelled, not_sent

log = logging.getLogger(__name__)


class QueueingModel:
    """A Model whose requests wait in `queue`. A subclass says when one may wait, and takes them out."""

    is_draining = False  # a wrapper may say that it is

    def __init__(self, queue: RequestQueue, timer: Timer, most_waiting: int) -> None:
        self._queue = queue
        self._most_waiting = most_waiting
        self._timer = timer
        self._lock = threading.Lock()  # of the queue, and of what decides where a request goes
        queue.retry = self._retry

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @property
    def is_full(self) -> bool:
        return self.waiting >= self._most_waiting

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        queued = QueuedRequest(request, on_answer)
        request.on_cancel = partial(self._withdraw, queued)
        self._enqueue(queued)

    def _enqueue(self, queued: QueuedRequest) -> None:
        try:
            self._prepare(queued)
            with self._lock:
                refusal = self._refusal() or (overloaded(self._most_waiting) if self.is_full else None)
                due = None if refusal else self._put(queued)
        except Exception:
            log.exception(
                "a request cannot be sent to the component: %s", queued.request, extra=queued.request.log_fields
            )
            refusal = not_sent()
        if refusal:
            return queued.answer(None, refusal)
        if due is not None:
            self._timer.at(due, self._hand_out)
        self._hand_out()

    def _prepare(self, queued: QueuedRequest) -> None:
        """What can be done for a request before it waits."""

    def _put(self, queued: QueuedRequest) -> float | None:
        """Have a request wait; see `RequestQueue.put`. With the lock held."""
        return self._queue.put(queued, self._is_idle)

    def _refusal(self) -> CallError | None:
        """Why no request may wait now, or None. With the lock held."""
        raise NotImplementedError

    def _is_idle(self) -> bool:
        """Whether a process of the component has nothing to do. With the lock held."""
        raise NotImplementedError

    def _hand_out(self) -> None:
        """Give what waits to the component, as far as it has room."""
        raise NotImplementedError

    def _take(self) -> QueuedRequest | None:
        """The next request that somebody waits for. With the lock held."""
        while (queued := self._queue.take()) is not None and queued.is_over():
            # not here, because the lock is held; and after the TimedOut of a deadline that has passed
            due = min(queued.request.deadline or 0.0, time.monotonic())
            self._timer.at(due, partial(_answer_cancelled, queued))
        return queued

    def _retry(self, members: list[QueuedRequest]) -> None:
        """Have the requests of a batch that failed wait again, each alone."""
        with self._lock:
            refusal = self._refusal()
            if not refusal:
                self._queue.put_back(members)
        for queued in members:
            if refusal:
                queued.answer(None, refusal)
            else:
                self._hand_out()  # once for each, because InlineModel takes one at a time

    def _withdraw(self, queued: QueuedRequest) -> None:
        """Take back a request that is cancelled. One that the class has begun goes on, for nobody."""
        with self._lock:
            waited = self._queue.abandon(queued)
            if not waited and queued.process:  # with the lock, because a new process gives it a new number
                queued.process.withdraw(queued)
        if waited:
            _answer_cancelled(queued)


def _answer_cancelled(queued: QueuedRequest) -> None:
    queued.answer(None, cancelled())
