"""A stream as pieces that an engine passes on quickly: each is compressed, and is one line of ASCII.

An engine also writes what a container prints into its log, a line at a time and as JSON. Bytes that are no text become
many short lines there, and several characters for one byte.
"""

from __future__ import annotations

import base64
import io
import math
import tempfile
import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from ...system.cpus import container_cpus

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_SIZE = 1 << 22  # bytes of the stream in one piece
_LEVEL = 1  # zlib's quickest: the engine takes the result faster than a higher level makes it


class PieceWriter(io.RawIOBase):
    """A file to write into. It calls `put(number, piece)` for each piece, in their order."""

    def __init__(self, put: Callable[[int, bytes], None]) -> None:
        self._put = put
        self._number = 0
        self._content = bytearray()
        self._cpus = _cpus()
        self._pool = ThreadPoolExecutor(self._cpus)  # zlib works without Python's lock
        self._pending: deque[Future[bytes]] = deque()

    def write(self, content: ReadableBuffer, /) -> int:
        """Take content of any length."""
        before = len(self._content)
        self._content += content
        written = len(self._content) - before
        if len(self._content) >= _SIZE:
            self._end_piece()
        return written

    def _end_piece(self) -> None:
        self._pending.append(self._pool.submit(_packed, bytes(self._content)))
        self._content.clear()
        if len(self._pending) > 2 * self._cpus:  # the memory holds no more
            self._put_first()

    def _put_first(self) -> None:
        self._put(self._number, self._pending.popleft().result())
        self._number += 1

    def __enter__(self) -> PieceWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not kind:
            self._end_piece()
            while self._pending:
                self._put_first()
        self._pool.shutdown()


def join_pieces(folder: Path) -> IO[bytes]:
    """A file with the stream whose pieces are in a folder. Raises OSError, ValueError or zlib.error for bad ones."""
    stream, paths, at_once = tempfile.TemporaryFile(), sorted(folder.iterdir()), 2 * _cpus()
    with ThreadPoolExecutor(_cpus()) as pool:
        for first in range(0, len(paths), at_once):
            stream.writelines(pool.map(_unpacked, paths[first : first + at_once]))
    stream.seek(0)
    return stream


def _cpus() -> int:
    return math.ceil(container_cpus())


def _packed(content: bytes) -> bytes:
    return base64.b64encode(zlib.compress(content, _LEVEL))


def _unpacked(path: Path) -> bytes:
    return zlib.decompress(base64.b64decode(path.read_bytes(), validate=True))
