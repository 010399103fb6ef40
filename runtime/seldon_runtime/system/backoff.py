"""How long to wait between two attempts."""

from __future__ import annotations

import math
import time


class Backoff:
    """Waits that double after each attempt, up to the longest one. Without jitter.

    Backoff(0.2, longest=1.0) returns 0.2, 0.4, 0.8, 1.0, 1.0 … from next_wait().
    """

    def __init__(self, first: float, longest: float, timeout: float = math.inf) -> None:
        """All in seconds. timeout: how long attempts go on, from now."""
        self._first, self._longest = first, longest
        self._deadline = time.monotonic() + timeout
        self._next = first

    def next_wait(self) -> float | None:
        """Seconds to wait before the next attempt, at most until the deadline; None if that has passed."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return None
        wait, self._next = self._next, min(2 * self._next, self._longest)
        return min(wait, left)

    def reset(self) -> None:
        """Begin with the first wait again, after an attempt that succeeded. The deadline stays."""
        self._next = self._first
