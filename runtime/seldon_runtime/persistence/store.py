"""The interface of all stores, and the values that lie in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from .envelope import HEAD_SIZE, Head

CHUNK_SIZE = 1 << 20  # bytes that are moved or hashed at a time, so that requests are served in between


class StoredValue(Protocol):
    """One value, not read yet. Raises StateUnreachable if its store does not respond."""

    @property
    def length(self) -> int:
        """In bytes."""

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes, beginning at `offset`."""


class Version(NamedTuple):
    """What identifies a value without reading all of it. Every write makes another version."""

    head: bytes
    length: int

    @classmethod
    def of(cls, stored: StoredValue | None) -> Version | None:
        """None if there is no value."""
        return None if stored is None else cls(stored.read(0, HEAD_SIZE), stored.length)

    @property
    def generation(self) -> int:
        """0 for a value without an envelope, which this server's software has not written."""
        head = Head.read(self.head)
        return head.generation if head else 0

    def is_written_by(self, writer: bytes) -> bool:
        head = Head.read(self.head)
        return head is not None and head.writer == writer


class Store(Protocol):
    """The values of one key, and its lease. Every method raises StateUnreachable if the store does not respond."""

    where: str  # for people; never contains a password

    def current(self) -> StoredValue | None:
        """The value that was written last."""

    def earlier(self) -> list[StoredValue]:
        """The values before the current one, the latest first."""

    def write(self, length: int, chunks: Iterator[bytes], replaces: Version | None, owner: str | None) -> None:
        """Compare and set: replace the current value, which becomes an earlier one. All or nothing.

        length: of all chunks, in bytes.
        replaces: the version that the current value must have; None if there must be no value.
        owner: who must hold the lease; None if the lease does not matter.

        Raises StateChanged if the current value is another one, LeaseLost if another owner holds the lease.
        """

    def acquire(self, owner: str, seconds: float) -> bool:
        """Acquire or renew the lease; False if another owner holds it."""

    def release(self, owner: str) -> None:
        """Release the lease, if this owner holds it."""


def chunks_of(stored: StoredValue, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end`; fewer if the value has become shorter meanwhile."""
    while start < end and (chunk := stored.read(start, min(CHUNK_SIZE, end - start))):
        yield chunk
        start += len(chunk)
