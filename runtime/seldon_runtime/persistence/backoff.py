"""How long to wait between two attempts."""

from __future__ import annotations

import math
import time

_FIRST, _LONGEST = 0.2, 8.0  # seconds


class Backoff:
    """Waits that double, up to a time at which patience ends."""

    def __init__(self, patience: float = math.inf) -> None:
        """patience: seconds from now."""
        self._until = time.monotonic() + patience
        self._next = _FIRST

    def next(self) -> float | None:
        """Seconds to wait before the next attempt; None when there is no time left for one."""
        left = self._until - time.monotonic()
        if left <= 0:
            return None
        wait, self._next = self._next, min(2 * self._next, _LONGEST)
        return min(wait, left)
