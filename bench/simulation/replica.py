"""One replica: its queue and its workers, from the first request to the last response."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from .queues import BatchingQueue, Queue, Request

_AHEAD, _LEAST_AHEAD, _MOST_AHEAD = 0.02, 2, 16  # seconds, requests and requests: of model/separate/window.py
_WEIGHT = 0.25  # of the last call in the average, as there


@dataclass(frozen=True)
class Replica:
    """The settings of a replica, and the class's part of a call. Each worker has a core of its own.

    timeout: REST_TIMEOUT_MS in seconds, or the time after which clients leave; None: nobody gives up.
    row: seconds of a call for each row beyond the first. overhead: seconds of a call that are the server's.
    """

    workers: int = 1
    max_waiting: int = 1024
    batch_max_size: int = 1
    batch_max_delay: float = 0.0
    timeout: float | None = None
    row: float = 0.0
    overhead: float = 0.0

    @property
    def is_batching(self) -> bool:
        return self.batch_max_size > 1

    @property
    def window(self) -> int:
        """The most requests that a worker is given at a time."""
        return min(_MOST_AHEAD, self.max_waiting + 1) if self.workers == 1 and not self.is_batching else 1

    def call_seconds(self, call: list[Request]) -> float:
        return self.overhead + call[0].seconds + self.row * (len(call) - 1)


@dataclass(eq=False)
class _Worker:
    """given: the calls that it has not begun. begun: when it began the present one. window: see Replica."""

    window: int
    given: deque[list[Request]] = field(default_factory=deque)
    is_busy: bool = False
    begun: float = 0.0
    average: float = _AHEAD
    busy_seconds: float = 0.0

    @property
    def has_room(self) -> bool:
        size = min(self.window, max(_LEAST_AHEAD, int(_AHEAD / (self.average + 1e-9))))
        return len(self.given) + self.is_busy < size


class Simulation:
    """Runs once. `requests` then has every request with its outcome."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        most, delay = replica.batch_max_size, replica.batch_max_delay
        self._queue = BatchingQueue(most, delay) if replica.is_batching else Queue()
        self._workers = [_Worker(replica.window) for _ in range(replica.workers)]
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._now = self._last_response = 0.0
        self.requests: list[Request] = []

    @property
    def busy_share(self) -> float:
        """The part of the time, until the last response, in which a worker works on a request."""
        busy = sum(worker.busy_seconds for worker in self._workers)
        return busy / (self._last_response * len(self._workers)) if busy else 0.0

    def run(self, arrivals: Iterable[tuple[float, float]]) -> list[Request]:
        """arrivals: (time, seconds of the class), in order. Returns all requests, each with its outcome."""
        for at, seconds in arrivals:
            self._run_until(at)
            self._arrive(Request(at, seconds))
        self._run_until(float("inf"))
        return self.requests

    def _run_until(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            self._now, _, call = heapq.heappop(self._events)
            call()
        self._now = end if end < float("inf") else self._now

    def _at(self, when: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), call))

    def _arrive(self, request: Request) -> None:
        self.requests.append(request)
        worker = None if len(self._queue) or self._replica.is_batching else self._worker_with_room()
        if worker:
            self._give(worker, [request])
        elif self._waiting() >= self._replica.max_waiting:
            return self._end(request, "refused")
        else:
            self._enqueue(request)
        if self._replica.timeout is not None and not request.outcome:
            self._at(request.at + self._replica.timeout, partial(self._expire, request))

    def _enqueue(self, request: Request) -> None:
        due = self._queue.put(request, self._now, any(not worker.is_busy for worker in self._workers))
        if due is not None:
            self._at(due, self._hand_out)
        self._hand_out()

    def _waiting(self) -> int:
        """Those in the queue, and those that a worker has and did not begin."""
        given = sum(not call[0].outcome for worker in self._workers for call in worker.given)
        return len(self._queue) + given

    def _worker_with_room(self) -> _Worker | None:
        return next((worker for worker in self._workers if worker.has_room), None)

    def _hand_out(self) -> None:
        for worker in self._workers:
            while worker.has_room and (call := self._queue.take(self._now)):
                self._give(worker, call)

    def _give(self, worker: _Worker, call: list[Request]) -> None:
        worker.given.append(call)
        if not worker.is_busy:
            self._begin(worker)

    def _begin(self, worker: _Worker) -> None:
        """Have a worker begin the first of its calls that somebody waits for."""
        while worker.given and not worker.is_busy:
            call = [request for request in worker.given.popleft() if not request.outcome]
            if call:
                worker.is_busy, worker.begun = True, self._now
                self._at(self._now + self._replica.call_seconds(call), partial(self._respond, worker, call))

    def _respond(self, worker: _Worker, call: list[Request]) -> None:
        elapsed = self._now - worker.begun
        worker.is_busy, self._last_response = False, self._now
        worker.busy_seconds += elapsed
        worker.average += _WEIGHT * (elapsed - worker.average)
        for request in call:
            if not request.outcome:
                self._end(request, "answered")
        self._begin(worker)
        self._hand_out()

    def _expire(self, request: Request) -> None:
        if not request.outcome:
            self._end(request, "timed out")
            self._queue.abandon(request, self._now)

    def _end(self, request: Request, outcome: str) -> None:
        request.ended, request.outcome = self._now, outcome
