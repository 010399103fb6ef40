"""The spans that have ended, on their way from the threads of requests to the thread that sends them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

Encode = Callable[..., bytes]  # the fields of a record -> its spans, each as a field of ScopeSpans
Record = tuple[Any, ...]  # an Encode, and what it takes


class SpanQueue:
    """At most `size` records. One more is lost, and counted."""

    def __init__(self, size: int, enough: int) -> None:
        """enough: how many records are worth to be sent at once."""
        self._size, self._enough = size, enough
        self._records: deque[Record] = deque()
        self._filled = threading.Event()
        self.lost = 0

    def add(self, record: Record) -> None:
        """Take a record: a function of `spans`, and its arguments. From any thread. Never waits, raises nothing."""
        waiting = len(self._records)
        if waiting >= self._size:
            self.lost += 1
            return
        self._records.append(record)
        if waiting + 1 == self._enough:
            self._filled.set()

    def wait(self, seconds: float) -> None:
        """Until there are enough records, `wake` is called, or the time is over."""
        if len(self._records) < self._enough:
            self._filled.wait(seconds)
        self._filled.clear()

    def wake(self) -> None:
        self._filled.set()

    def take(self, most: int) -> list[Record]:
        """The oldest records."""
        records = self._records
        return [records.popleft() for _ in range(min(most, len(records)))]
