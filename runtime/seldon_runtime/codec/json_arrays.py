"""The numbers of a JSON message, straight from its text into an ndarray: without a Python object for each of them.

A shortcut, with no meaning of its own: the text of the numbers is cut out of the body and read by simdjson, the rest of
the body by the general parser. A mark in the place of the numbers shows whether they stood where they were thought to.

The text of a large array is read in pieces, because simdjson holds the interpreter's lock: between two of them other
threads run, which answer probes for example.
"""

from __future__ import annotations

import heapq
import json
import math
import os
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np
from seldon_component.errors import BadPayload

from .density import check_numbers

# the key, and the list behind it as far as its first number; only an `ndarray` has rows
_KEYS = (b'"ndarray"', b'"values"')
_ARRAY = re.compile(
    rb'"(?P<key>values(?!"\s{0,64}:\s{0,64}\[\s{0,64}\[)|ndarray)"'
    rb"\s{0,64}:\s{0,64}(?P<list>\[\s{0,64}(?P<row>\[\s{0,64})?[-\dN])"
)
_END_OF_ROWS = re.compile(rb"\]\s{0,64}\]")
_LONGEST_END = 66  # bytes of _END_OF_ROWS
_PARENTS = {"values": ("data", "tensor"), "ndarray": ("data",)}
_MARK = os.urandom(16).hex()  # no body can hold it by intent
_BEYOND_INTEGERS = 2.0**63
_PIECE = 262_144  # bytes that are read at a time
_USUAL_HEAD = 4096  # bytes in which most arrays begin
_LONGEST_NUMBER = 65_536  # bytes
_BRACKET = b"["[0]
_MOST_PARSERS = 4  # that are kept; each keeps ten times the bytes of its largest text
_NUMBERS = frozenset((int, float))
_parsers: list[Any] = []
_Text = bytes | memoryview


class NotNumbers(Exception):
    """The text is not that of an array of numbers."""


class _Numbers:
    """Arrays one after the other, in memory that grows in place. The numbers are integers as long as all are."""

    def __init__(self) -> None:
        self._array = np.empty(0, np.int64)
        self._bytes: bytearray | None = None  # of the array, once there was a second one

    @property
    def size(self) -> int:
        """In bytes."""
        return self._array.nbytes

    def add(self, array: np.ndarray) -> None:
        """Add an array, which may be written to."""
        if not self._array.size:
            self._array = array
            return
        dtype = np.promote_types(self._array.dtype, array.dtype)
        if self._bytes is None or dtype != self._array.dtype:
            self._bytes = bytearray(self._array.astype(dtype, copy=False).data)
        self._array = array  # as long as it refers to them, the bytes cannot grow
        self._bytes += memoryview(array.astype(dtype, copy=False))
        self._array = np.frombuffer(self._bytes, dtype)

    def array(self) -> np.ndarray:
        """All numbers, in one dimension. It may be written to. Raises NotNumbers."""
        if self._array.dtype == np.float64 and largest_of(self._array) >= _BEYOND_INTEGERS:
            raise NotNumbers  # may be integers all the same
        return self._array


def parse(body: bytes | bytearray, parse_rest: Callable[[bytes], Any], largest: float = math.inf) -> Any:
    """The message in `body`, an ndarray in the place of its `data.tensor.values` or its `data.ndarray`.

    The array is what codec.arrays makes of the same lists: int64 or float64 in one or two dimensions.
    None for all other bodies, wrong ones included: they are the general parser's.
    largest: bytes that a body may have. Raises TooLarge.
    """
    found = _find(body)
    end = found and end_of(body, found)
    if not found or not end:
        return None
    start, key, has_rows = found.start("list"), found["key"].decode(), found["row"] is not None
    try:
        message = parse_rest(bytes(body[:start] + b'"%b"' % _MARK.encode() + body[end:]))
    except BadPayload:
        return None
    parent = _parent(message, key)
    if parent is None or parent.get(key) != _MARK:
        return None
    try:
        parent[key] = read_numbers(body, start, end, has_rows, largest)
    except NotNumbers:
        return None
    return message


def _find(body: bytes | bytearray) -> re.Match[bytes] | None:
    """The first array of numbers. A search for fixed bytes is much faster than one for the whole expression."""
    found = _ARRAY.search(body, 0, _USUAL_HEAD)
    if found or len(body) <= _USUAL_HEAD:
        return found
    keys = heapq.merge(*(_positions(body, key) for key in _KEYS))
    return next(filter(None, (_ARRAY.match(body, at) for at in keys)), None)


def _positions(body: bytes | bytearray, text: bytes) -> Iterator[int]:
    at = body.find(text)
    while at >= 0:
        yield at
        at = body.find(text, at + 1)


def end_of(body: bytes | bytearray, found: re.Match[bytes]) -> int:
    """Where a list of numbers, or of rows of them, ends; of any other list, what is cut out is no JSON. Or 0."""
    if found["row"] is None:
        return body.find(b"]", found.end()) + 1
    for at in range(found.end(), len(body), _PIECE):
        end = _END_OF_ROWS.search(body, at, at + _PIECE + _LONGEST_END)
        if end:
            return end.end()
    return 0


def _parent(message: Any, key: str) -> dict[str, Any] | None:
    for name in _PARENTS[key]:
        message = message.get(name) if isinstance(message, dict) else None
    return message if isinstance(message, dict) else None


def read_numbers(body: bytes | bytearray, start: int, end: int, has_rows: bool, largest: float) -> np.ndarray:
    """The array whose JSON that part of the body is. Raises NotNumbers and TooLarge."""
    numbers = _Numbers()
    widths: list[int] = []
    lists = _lists(body, start, end) if has_rows else 1 + (body.find(b"[", start + 1, end) >= 0)
    continues = False
    for text, is_cut in _pieces(body, start + 1, end - 1, has_rows):
        array, found = _numbers(text, has_rows)
        numbers.add(array)
        check_numbers(numbers.size, largest)
        if continues:
            widths[-1] += found.pop(0)
        widths += found
        continues = is_cut
    if len({*widths}) > 1 or lists != 1 + has_rows * len(widths):  # ragged rows, or lists in rows
        raise NotNumbers
    return numbers.array().reshape((len(widths), widths[0]) if has_rows else -1)


def _lists(body: bytes | bytearray, start: int, end: int) -> int:
    """How many lists begin in that part of the body. bytes.count takes five times as long."""
    return int(np.count_nonzero(np.frombuffer(body, np.uint8, end - start, start) == _BRACKET))


def _pieces(body: bytes | bytearray, start: int, end: int, has_rows: bool) -> Iterator[tuple[_Text, bool]]:
    """The JSON of numbers or of rows, and whether the last row goes on in the next piece. Raises NotNumbers."""
    view, outer, is_in_row = memoryview(body), b"[" if has_rows else b"", not has_rows
    if _is_short(start, end):
        yield view[start - 1 : end + 1], False
        return
    while start <= end:
        cut = _cut(body, start, end)
        opened = outer + b"[" * is_in_row
        last_opened, last_closed = body.rfind(b"[", start, cut), body.rfind(b"]", start, cut)
        is_in_row = last_opened > last_closed or (is_in_row and last_closed < 0)
        yield b"".join((opened, view[start:cut], b"]" * (has_rows + is_in_row))), is_in_row
        start = cut + 1


def _cut(body: bytes | bytearray, start: int, end: int) -> int:
    """Where the piece that begins at `start` ends: at a comma, or at the end of the numbers. Raises NotNumbers."""
    if _is_short(start, end):
        return end
    comma = body.find(b",", start + _PIECE, start + _PIECE + _LONGEST_NUMBER)
    if comma < 0:
        raise NotNumbers
    return comma


def _is_short(start: int, end: int) -> bool:
    return end - start <= _PIECE + _LONGEST_NUMBER


def _numbers(text: _Text, has_rows: bool) -> tuple[np.ndarray, list[int]]:
    """The numbers in the text, one after the other, and how many each row has. Raises NotNumbers."""
    array, widths = _parse_quickly(text, has_rows) or _parse_rarities(text, has_rows)
    if 0 in widths or not widths:  # after a comma without a number
        raise NotNumbers
    return array, widths


def _parse_quickly(text: _Text, has_rows: bool) -> tuple[np.ndarray, list[int]] | None:
    """By simdjson. No object of it outlives the call: as long as one lives, its parser parses nothing else."""
    parser = _parsers.pop() if _parsers else _new_parser()
    try:
        value = parser.parse(text)
        array = _flat(value)
        return array, [*map(len, value)] if has_rows else [array.size]
    except (TypeError, ValueError, RuntimeError):  # no JSON, not numbers alone, numbers beyond 64 bits
        return None
    finally:
        value = None
        if len(_parsers) < _MOST_PARSERS:
            _parsers.append(parser)


def _new_parser() -> Any:
    import simdjson  # here, not above: a server whose messages are small needs none of it

    return simdjson.Parser()


def _flat(value: Any) -> np.ndarray:
    """The numbers of a simdjson array, of its inner ones, too: integers as such only where all of them are."""
    try:
        return np.frombuffer(value.as_buffer(of_type="i"), np.int64)
    except (TypeError, ValueError):  # a number that is none of 64 bits with a sign
        return np.frombuffer(value.as_buffer(of_type="d"), np.float64)


def _parse_rarities(text: _Text, has_rows: bool) -> tuple[np.ndarray, list[int]]:
    """By the standard library, which takes a bare NaN. Raises NotNumbers."""
    try:
        value = json.loads(bytes(text))
        rows = value if has_rows else [value]
        numbers = [*chain.from_iterable(rows)]
        if not _NUMBERS.issuperset(map(type, numbers)):
            raise NotNumbers
        array = np.array(numbers, np.float64 if float in map(type, numbers) else np.int64)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise NotNumbers from None
    return array, [*map(len, rows)]


def largest_of(array: np.ndarray) -> float:
    """The largest absolute value; NaN does not count."""
    highest, lowest = array.max(), array.min()  # NaN if there is one; faster than fmax
    if np.isnan(highest):
        highest, lowest = np.fmax.reduce(array), np.fmin.reduce(array)
    return float(max(highest, -lowest))
