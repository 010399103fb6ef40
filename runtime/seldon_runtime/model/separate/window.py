"""How many requests a process of the component is given at a time: see docs/internals.md, "Several processes"."""

from __future__ import annotations

import time

_AHEAD = 0.02  # seconds of work that a process is given ahead
_LEAST = 2  # requests, so that the next one is there when a response goes out
_BYTES = 131_072  # requests with fewer bytes together leave room in the socket for one more
_WEIGHT = 0.25  # of the last request in the average


class Window:
    """Counts what the process was given and what it has answered. It answers in the order of the requests."""

    def __init__(self, most: int) -> None:
        """most: requests at a time."""
        self._most = most
        self._size = min(most, _LEAST)  # until it is known how long the class takes
        self._given = self._given_bytes = 0  # of the thread that has the lock of the model
        self._answered = self._answered_bytes = 0  # of the thread that reads responses
        self._begun = 0.0  # about when the process began the request that it is at
        self._average = _AHEAD

    @property
    def has_room(self) -> bool:
        """Whether the process can be given one more request."""
        return self._given - self._answered < self._size and self._given_bytes - self._answered_bytes < _BYTES

    def give(self, size: int) -> int:
        """The process is given a request of `size` bytes. Returns the number of the request, which begins at 1."""
        if self._given == self._answered:
            self._begun = time.monotonic()
        self._given += 1
        self._given_bytes += size
        return self._given

    def answer(self, size: int) -> None:
        """The process has answered the first of its requests, which had `size` bytes."""
        now = time.monotonic()
        self._average += _WEIGHT * (now - self._begun - self._average)
        self._begun = now
        self._answered += 1
        self._answered_bytes += size
        self._size = min(self._most, max(_LEAST, int(_AHEAD / (self._average + 1e-9))))
