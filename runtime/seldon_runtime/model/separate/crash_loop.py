"""Crashes in a row, with no response in between."""

from __future__ import annotations

from ...system.backoff import Backoff

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 8.0  # seconds before a restart; there is none before the first in a row
_LONGEST_WAIT_IN_LOOP = 60.0  # seconds, once there were more than RESTART_LIMIT


class CrashLoop:
    """Counts them, and says how long to wait before the next start."""

    def __init__(self, limit: int) -> None:
        """limit: RESTART_LIMIT."""
        self.count = 0
        self._limit = limit
        self._waits = Backoff(_FIRST_WAIT, _LONGEST_WAIT)
        self._waits_in_loop = Backoff(_LONGEST_WAIT, _LONGEST_WAIT_IN_LOOP)

    @property
    def exceeds_limit(self) -> bool:
        return self.count > self._limit

    def add(self, answered: int) -> None:
        """Count a crash. answered: how many requests the process has answered since its start."""
        if answered:
            self.count = 0
            self._waits.reset()
            self._waits_in_loop.reset()
        self.count += 1

    def next_wait(self) -> float:
        """Seconds until the next start."""
        if self.exceeds_limit:
            return self._waits_in_loop.next_wait() or 0.0
        return (self._waits.next_wait() or 0.0) if self.count > 1 else 0.0
