"""A stream as pieces that an engine passes on quickly: each is compressed, and is one line of ASCII.

An engine also writes what a container prints into its log, a line at a time and as JSON. Bytes that are no text become
many short lines there, and several characters for one byte.
"""

from __future__ import annotations

import base64
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ...system.cpus import container_cpus

try:
    from compression import zstd
except ImportError:  # before Python 3.14
    from backports import zstd  # type: ignore[no-redef]

_SIZE = 1 << 22  # bytes of the stream in one piece
_LEVEL = 3  # the engine takes the result more slowly than this level makes it
_KEPT = 1 << 28  # bytes of the stream that stay in memory
BAD_PIECE = (ValueError, zstd.ZstdError)  # what `unpacked` raises for it

Item = TypeVar("Item")
Result = TypeVar("Result")


def pieces_of(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a stream whose parts have any lengths."""
    return _in_order(packed, _in_blocks(stream))


class Pieces:
    """The stream whose pieces are the files of a folder, in the order of their names.

    It can be read several times. The first pieces stay in memory, so that they are unpacked only once.
    """

    def __init__(self, folder: Path, room: int = _KEPT) -> None:
        """room: bytes of the stream that may stay in memory."""
        self._folder = folder
        self._room = room
        self._kept: dict[Path, bytes] = {}

    def parts(self) -> Iterator[bytes]:
        """The stream, in parts of any lengths. Raises OSError and BAD_PIECE."""
        return _in_order(self._content, sorted(self._folder.iterdir()))

    def _content(self, path: Path) -> bytes:
        content = self._kept.get(path)
        if content is None:
            content = unpacked(path.read_bytes())
            if len(content) <= self._room:
                self._room -= len(content)
                self._kept[path] = content
        return content


def packed(content: bytes) -> bytes:
    """One piece."""
    return base64.b64encode(zstd.compress(content, _LEVEL))


def unpacked(piece: bytes) -> bytes:
    """Its content. Raises BAD_PIECE."""
    return zstd.decompress(base64.b64decode(piece, validate=True))


def _in_blocks(stream: Iterable[bytes]) -> Iterator[bytes]:
    block: list[bytes] = []
    size = 0
    for part in stream:
        block.append(part)
        size += len(part)
        if size >= _SIZE:
            yield b"".join(block)
            block, size = [], 0
    if block:
        yield b"".join(block)


def _in_order(run: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The result for each item. All CPUs work ahead, because zstd and sha256 need no lock of Python's."""
    cpus = math.ceil(container_cpus())
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(cpus) as pool:
        for item in items:
            pending.append(pool.submit(run, item))
            if len(pending) > 2 * cpus:  # the memory holds no more
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
