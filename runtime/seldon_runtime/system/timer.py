"""Calls at a given time, however many, with one thread."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

_FEW = 256  # cancelled calls that are not worth a clean-up


class TimedCall:
    """A call that is due at a time of the monotonic clock, until it is cancelled."""

    __slots__ = ("when", "number", "call")

    def __init__(self, when: float, number: int, call: Callable[[], None]) -> None:
        self.when = when
        self.number = number
        self.call: Callable[[], None] | None = call

    def __lt__(self, other: TimedCall) -> bool:
        return (self.when, self.number) < (other.when, other.number)


class Timer:
    """A heap of calls, and one daemon thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._heap: list[TimedCall] = []
        self._changed = threading.Condition(threading.Lock())
        self._numbers = itertools.count()
        self._cancelled = 0
        self._thread: threading.Thread | None = None

    def at(self, when: float, call: Callable[[], None]) -> TimedCall:
        """Have `call` called at `when`, a time of the monotonic clock in seconds. It must return soon."""
        timed = TimedCall(when, next(self._numbers), call)
        with self._changed:
            heapq.heappush(self._heap, timed)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="timer", daemon=True)
                self._thread.start()
            elif self._heap[0] is timed:
                self._changed.notify()
        return timed

    def cancel(self, timed: TimedCall) -> None:
        """Forget a call, unless it has begun."""
        with self._changed:
            if timed.call is None:
                return
            timed.call = None
            self._cancelled += 1
            if self._cancelled > _FEW and self._cancelled > len(self._heap) // 2:
                self._heap = [one for one in self._heap if one.call]
                heapq.heapify(self._heap)
                self._cancelled = 0

    def _run(self) -> None:
        while True:
            call = self._next()
            try:
                call()
            except Exception:
                log.exception("a timed call failed")
            del call  # it may refer to a large message, and the next call may be far away

    def _next(self) -> Callable[[], None]:
        """The next call, at its time."""
        with self._changed:
            while True:
                wait = self._heap[0].when - time.monotonic() if self._heap else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                timed = heapq.heappop(self._heap)
                if timed.call is None:
                    self._cancelled -= 1
                    continue
                call, timed.call = timed.call, None
                return call
