"""Memory that large messages needed, given back to the kernel as soon as no more of them come.

Until then it is kept, because to get it from the kernel takes longer than to fill it.
"""

from __future__ import annotations

import threading
import time

from seldon_component import compat

from .timer import Timer

LARGE = 1_048_576  # bytes of a message
_IDLE_SECONDS = 1.0


class IdleMemory:
    """Gives memory back after the last of several large messages. Safe to use from many threads."""

    def __init__(self, timer: Timer, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._timer = timer
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._is_waiting = False
        self._last = 0.0  # the time of the monotonic clock at which the last large message came or went

    def note_large_message(self) -> None:
        """A large message has come, or its response has gone."""
        with self._lock:
            self._last = time.monotonic()
            if self._is_waiting:
                return
            self._is_waiting = True
        self._timer.at(self._last + self._idle_seconds, self._release_if_idle)

    def _release_if_idle(self) -> None:
        with self._lock:
            due = self._last + self._idle_seconds
            self._is_waiting = due > time.monotonic()
        if self._is_waiting:
            self._timer.at(due, self._release_if_idle)
            return
        compat.return_free_memory()


idle_memory = IdleMemory(Timer())
