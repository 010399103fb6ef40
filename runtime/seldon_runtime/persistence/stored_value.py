"""A value that lies in a store, before anybody has looked into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from .envelope import HEAD_SIZE, Head

PIECE = 1 << 20  # bytes that are moved or hashed at a time: requests are answered in between


class StoredValue(Protocol):
    """One value. Raises StateUnreachable when its store does not answer."""

    @property
    def length(self) -> int:
        """In bytes."""

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on."""


class Mark(NamedTuple):
    """By which a value is recognised without being read: every write changes it."""

    head: bytes
    length: int

    @classmethod
    def of(cls, stored: StoredValue | None) -> Mark | None:
        return None if stored is None else cls(stored.read(0, HEAD_SIZE), stored.length)

    @property
    def generation(self) -> int:
        """0 where there is none: not written by us."""
        head = Head.read(self.head)
        return head.generation if head else 0

    def is_of(self, writer: bytes) -> bool:
        head = Head.read(self.head)
        return head is not None and head.writer == writer


def pieces(stored: StoredValue, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end`, fewer when the value is shorter than that by now."""
    while start < end and (piece := stored.read(start, min(PIECE, end - start))):
        yield piece
        start += len(piece)
