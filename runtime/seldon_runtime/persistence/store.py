"""Where values are kept: the interface of all stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from .stored_value import Mark, StoredValue


class Store(Protocol):
    """The values of one key. Everything raises StateUnreachable when the store does not answer."""

    where: str  # for people; never a password

    def current(self) -> StoredValue | None:
        """The value written last."""

    def earlier(self) -> list[StoredValue]:
        """The values before it, the latest first."""

    def write(self, length: int, pieces: Iterator[bytes], after: Mark | None, owner: str | None) -> None:
        """Put a value in the place of the one that `after` marks, which becomes an earlier one: all or nothing.

        owner: who has to hold the lease; None asks for no lease. Raises StateChanged when the current value is another
        one, LeaseLost when somebody else holds the lease.
        """

    def hold(self, owner: str, seconds: float) -> bool:
        """Take or renew the lease; False when somebody else holds it."""

    def release(self, owner: str) -> None:
        """Give the lease back, where it is one's own."""
