"""What a thread puts off until it has begun all requests that came together.

Those of one turn of the event loop then go to a process of the component by one system call, instead of one each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_LONGEST_HOLD = 5e-4  # seconds that a call is put off while more requests are begun


class Turn(threading.local):
    """The calls that a thread has put off. It puts off none outside of `with turn:`."""

    def __init__(self) -> None:
        self._calls: dict[Callable[[], None], None] | None = None
        self._since = 0.0  # when the first of them was put off

    def at_end(self, call: Callable[[], None]) -> None:
        """Call at the end of the turn, or soon. Once, if it is put off already."""
        if self._calls is None:
            return call()
        now = time.monotonic()
        if not self._calls:
            self._since = now
        self._calls[call] = None
        if now - self._since > _LONGEST_HOLD:
            self.__exit__()
            self.__enter__()

    def __enter__(self) -> None:
        self._calls = {}

    def __exit__(self, *_: object) -> None:
        calls, self._calls = self._calls or {}, None
        for call in calls:
            call()


turn = Turn()
