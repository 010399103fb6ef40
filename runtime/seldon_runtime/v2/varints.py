"""Protobuf's varints: one of them, and whole arrays without a Python object for each number.

https://protobuf.dev/programming-guides/encoding/ describes the encoding. A negative number has the varint of its
64 bits in two's complement.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Buffer = bytes | bytearray | memoryview
_LONGEST = 10  # bytes of a varint
_MASK = 2**64 - 1
_PIECE = 262_144  # bytes or numbers that are converted in one go, because the memory for it is many times as large
_LIMITS = np.array([2 ** (7 * size) for size in range(1, _LONGEST)], np.uint64)  # the first of 2, 3 ... 10 bytes


class Malformed(Exception):
    """The bytes are not in protobuf's encoding."""


def read(body: Buffer, at: int) -> tuple[int, int]:
    """The varint at `at`, and the position after it. Raises Malformed, or IndexError if the body ends too early."""
    value = shift = 0
    while (byte := body[at]) > 0x7F:
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if shift == 7 * _LONGEST:
            raise Malformed
    return (value | byte << shift) & _MASK, at + 1


def count(encoded: Buffer) -> int:
    """How many varints follow one another in these bytes."""
    found = 0
    for start in range(0, len(encoded), _PIECE):
        piece = np.frombuffer(encoded, np.uint8, min(_PIECE, len(encoded) - start), start)
        found += int(np.count_nonzero(piece < 0x80))
    return found


def decode(encoded: Buffer, into: np.ndarray) -> None:
    """Write the varints, one after another, into an array of as many integers or booleans as `count` finds.

    As in protobuf, a boolean is whether the number is not 0, and an integer has the lowest bits of it.
    Raises Malformed.
    """
    done = 0
    for piece in _pieces(np.frombuffer(encoded, np.uint8)):
        numbers = piece if piece.max() < 0x80 else _numbers(piece)
        into[done : done + len(numbers)] = numbers.astype(into.dtype)
        done += len(numbers)


def _pieces(encoded: np.ndarray) -> Iterator[np.ndarray]:
    """Pieces that end with the last byte of a varint."""
    at = 0
    while at < len(encoded):
        end = min(at + _PIECE, len(encoded))
        last = np.flatnonzero(encoded[end - 1 : end - 1 + _LONGEST] < 0x80)
        if not len(last):
            raise Malformed
        end += int(last[0])
        yield encoded[at:end]
        at = end


def _numbers(encoded: np.ndarray) -> np.ndarray:
    """uint64, of any varints."""
    ends = np.flatnonzero(encoded < 0x80) + 1
    starts = np.concatenate(([0], ends[:-1]))
    sizes = ends - starts
    if sizes.max() > _LONGEST:
        raise Malformed
    numbers = np.zeros(len(ends), np.uint64)
    for place in range(int(sizes.max())):
        has = sizes > place
        numbers[has] |= (encoded[starts[has] + place] & 0x7F).astype(np.uint64) << np.uint64(7 * place)
    return numbers


def encode(numbers: np.ndarray) -> bytes:
    """The varints of an array of integers, one after another."""
    flat = numbers.reshape(-1)
    return b"".join([_encode(flat[at : at + _PIECE]) for at in range(0, len(flat), _PIECE)])


def _encode(numbers: np.ndarray) -> bytes:
    if numbers.min() >= 0 and numbers.max() < 0x80:
        return numbers.astype(np.uint8).tobytes()
    values = numbers.astype(np.uint64 if numbers.dtype.kind == "u" else np.int64).view(np.uint64)
    sizes = np.searchsorted(_LIMITS, values, side="right") + 1
    ends = np.cumsum(sizes)
    starts = ends - sizes
    encoded = np.empty(int(ends[-1]), np.uint8)
    for place in range(int(sizes.max())):
        has = sizes > place
        continued = (sizes[has] > place + 1).astype(np.uint8) << 7
        encoded[starts[has] + place] = (values[has] >> np.uint64(7 * place)).astype(np.uint8) & 0x7F | continued
    return encoded.tobytes()
