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
BAD_PIECE = (ValueError, zstd.ZstdError)  # what `unpacked` raises for it

Item = TypeVar("Item")
Result = TypeVar("Result")


def pieces_of(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a stream whose parts have any lengths."""
    return _in_order(packed, _in_blocks(stream))


def parts_of(folder: Path) -> Iterator[bytes]:
    """The stream whose pieces are the files of a folder, in the order of their names. Raises OSError and BAD_PIECE."""
    return _in_order(lambda path: unpacked(path.read_bytes()), sorted(folder.iterdir()))


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
