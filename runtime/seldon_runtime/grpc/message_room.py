"""How many bytes the large messages of all calls in hand may have together."""

from __future__ import annotations

from ..errors import TooManyBodyBytes


class MessageRoom:
    """Counts a message from its arrival to the end of its call. For the thread that reads grpcio's events alone."""

    def __init__(self, most: int) -> None:
        """most: bytes of all together."""
        self._most = most
        self._taken = 0

    def take(self, size: int) -> None:
        """Have room for a message. Raises TooManyBodyBytes."""
        found = self._taken + size
        if found > self._most:
            raise TooManyBodyBytes(
                f"the messages of all calls: expected at most {self._most} bytes together, found {found}"
            )
        self._taken = found

    def give_back(self, size: int) -> None:
        """The opposite."""
        self._taken -= size
