"""The numbers of a JSON message, straight from its text into an ndarray: without a Python object for each of them.

A shortcut, with no meaning of its own: the text of the numbers is cut out of the body and read by simdjson, the rest of
the body by the general parser. A mark in the place of the numbers shows whether they stood where they were thought to.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from seldon_component.errors import BadPayload

from ..system.idle_memory import idle_memory

# the key, and the list behind it as far as its first number; only an `ndarray` has rows
_ARRAY = re.compile(rb'"(?P<key>values(?!"\s*:\s*\[\s*\[)|ndarray)"\s*:\s*(?P<list>\[\s*(?P<row>\[\s*)?[-\d])')
_END_OF_ROWS = re.compile(rb"\]\s*\]")
_PARENTS = {"values": ("data", "tensor"), "ndarray": ("data",)}
_MARK = secrets.token_hex(16)  # no body can hold it by intent
_BEYOND_INTEGERS = 2.0**63
_LARGE = 262_144  # bytes that a parser reads; it keeps ten times as many


def parse(body: bytes | bytearray, parse_rest: Callable[[bytes], Any]) -> Any:
    """The message in `body`, an ndarray in the place of its `data.tensor.values` or its `data.ndarray`.

    The array is what codec.arrays makes of the same lists: int64 or float64 in one or two dimensions.
    None for whatever else a body may be, wrong ones included: that is the general parser's.
    """
    found = _ARRAY.search(body)
    if found is None:
        return None
    start, end = found.start("list"), _end(body, found)
    if not end:
        return None
    try:
        message = parse_rest(bytes(body[:start] + b'"%b"' % _MARK.encode() + body[end:]))
    except BadPayload:
        return None
    key = found["key"].decode()
    parent = _parent(message, key)
    if parent is None or parent.get(key) != _MARK:
        return None
    array = _read(body, start, end, found["row"] is not None)
    if array is None:
        return None
    parent[key] = array
    return message


def _end(body: bytes | bytearray, found: re.Match[bytes]) -> int:
    """Where a list of numbers, or of rows of them, ends; of any other list, what is cut out is no JSON. Or 0."""
    if found["row"] is None:
        return body.find(b"]", found.end()) + 1
    end = _END_OF_ROWS.search(body, found.end())
    return end.end() if end else 0


def _parent(message: Any, key: str) -> dict[str, Any] | None:
    for name in _PARENTS[key]:
        message = message.get(name) if isinstance(message, dict) else None
    return message if isinstance(message, dict) else None


def _read(body: bytes | bytearray, start: int, end: int, rows: bool) -> np.ndarray | None:
    """The array whose JSON that part of the body is, or None."""
    if end - start <= _LARGE:
        return _small.read(body, start, end, rows)
    return _large.read(body, start, end, rows)


class _Parsers:
    """Parsers of simdjson that are not in use, at most as many as `most`: each keeps the memory of its largest text."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._free: list[Any] = []  # its append and pop are atomic

    def read(self, body: bytes | bytearray, start: int, end: int, rows: bool) -> np.ndarray | None:
        """See `_read`."""
        try:
            parser = self._free.pop()
        except IndexError:
            import simdjson  # here, not above: a server whose messages are small needs none of it

            parser = simdjson.Parser()
        array = _read_with(parser, body, start, end, rows)
        if len(self._free) < self._most:
            self._free.append(parser)
        return array

    def drop(self) -> None:
        self._free.clear()


class _OneParser(_Parsers):
    """One parser, for one thread at a time: more would work no faster, as the interpreter's lock is held meanwhile."""

    def __init__(self) -> None:
        super().__init__(1)
        self._lock = threading.Lock()

    def read(self, body: bytes | bytearray, start: int, end: int, rows: bool) -> np.ndarray | None:
        with self._lock:
            return super().read(body, start, end, rows)


_small, _large = _Parsers(4), _OneParser()
idle_memory.before_release(_large.drop)


def _read_with(parser: Any, body: bytes | bytearray, start: int, end: int, rows: bool) -> np.ndarray | None:
    """No simdjson object outlives the call: as long as one lives, its parser parses nothing else."""
    try:
        value = parser.parse(memoryview(body)[start:end])
        flat = _flat(value)
        if not rows:
            return flat
        widths = {len(row) for row in value}  # a TypeError for a number among the rows
    except (TypeError, ValueError, RuntimeError):  # simdjson's: no JSON, not numbers alone, integers beyond 64 bits
        return None
    if flat is None or len(widths) > 1 or body.count(b"[", start, end) != 1 + len(value):
        return None  # numbers beyond an array's, ragged rows, or lists in rows
    return flat.reshape(len(value), widths.pop())


def _flat(value: Any) -> np.ndarray | None:
    """The numbers of a simdjson array, of its inner ones, too: integers as such only where all of them are."""
    try:
        return np.frombuffer(value.as_buffer(of_type="i"), np.int64).copy()
    except (TypeError, ValueError):  # a number that is none of 64 bits with a sign
        array = np.frombuffer(value.as_buffer(of_type="d"), np.float64)
    if array.max() >= _BEYOND_INTEGERS or array.min() <= -_BEYOND_INTEGERS:
        return None  # may be integers all the same
    return array.copy()
