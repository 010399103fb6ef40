"""How much memory the values of a message may take, judged by its bytes, before it is parsed.

An object costs a client two bytes and takes up to 300 in the memory of each process, a text or a number of a list costs
two and takes up to 75. Arrays of numbers do not count here: they are read into ndarrays at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

from ..errors import TooLarge
from .proto_fields import Unusual, fields

_MOST = 5  # bytes of memory in each process, for each byte of the largest message
_ALWAYS_ALLOWED = 2**24  # bytes of memory, however small the largest message is
_CONTAINER = 300  # bytes of memory of an empty object, on the oldest Python
_VALUE = 75  # bytes of memory of another value
_PIECE = 1_048_576  # bytes that are looked at in one go, because that holds the interpreter's lock
_QUOTE, _COMMA, _BRACE, _BRACKET = b'",{['
# the head of a google.protobuf.Value, or of a text, of less than 128 bytes in a list (field 1) or an object (field 2)
_PROTO_VALUE = re.compile(rb"[\x0a\x12][\x00-\x7f]")
_PROTO_CONTAINER = re.compile(rb"[\x0a\x12][\x00-\x7f][\x2a\x32]")
_LONG_FIELDS = (0x22, 0x2A)  # binData and strData of a SeldonMessage: one value each


def check_json(body: bytes | bytearray, largest: float) -> None:
    """Raises TooLarge for JSON whose values would take too much memory. largest: bytes that a body may have."""
    at_most = len(body) * _CONTAINER
    if at_most <= _ALWAYS_ALLOWED or at_most <= (most := _most(largest)):
        return
    found = _weight(body.count(b"{") + body.count(b"["), body.count(b","))
    if found > most:  # perhaps because of what stands in texts
        found = _weight(*_count_outside_texts(body))
    _check(found, most, "MAX_BODY_BYTES")


def check_numbers(array_bytes: int, largest: float) -> None:
    """The same for the numbers of an array in JSON, which take 8 bytes each. A request and a response have them."""
    _check(2 * array_bytes, _most(largest), "MAX_BODY_BYTES")


def check_values(count: int, largest: float, setting: str = "MAX_BODY_BYTES") -> None:
    """The same for texts or bytes, each of which is an object."""
    _check(_VALUE * count, _most(largest), setting)


def check_proto(body: bytes, largest: float, is_message: bool) -> None:
    """The same for protobuf. largest: bytes that a request may have. is_message: whether it is a SeldonMessage."""
    most = _most(largest)
    if len(body) * (_CONTAINER + _VALUE) <= 2 * most:  # no value has less than two bytes
        return
    found = 0
    for start, end in _pieces(_parts(body) if is_message else [(0, len(body))]):
        containers, values = (len(pattern.findall(body, start, end)) for pattern in (_PROTO_CONTAINER, _PROTO_VALUE))
        found += _weight(containers, values)
        _check(found, most, "GRPC_MAX_MESSAGE_BYTES")


class Room:
    """The memory that the objects of one request may still take, for a reader that creates them one by one."""

    __slots__ = ("_left", "_setting")

    def __init__(self, largest: float, setting: str) -> None:
        """largest: bytes that a request may have. setting: the variable that limits them."""
        self._left = _most(largest)
        self._setting = setting

    def take_object(self) -> None:
        """Raises TooLarge if there is no room for one more object."""
        self._take(_CONTAINER)

    def take_values(self, count: int = 1) -> None:
        """The same for texts of a list, or for other values that are objects of Python."""
        self._take(count * _VALUE)

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge(
                "the message: expected objects and texts that take less memory, found too many; "
                f"send fewer of them in one request, or raise {self._setting}"
            )


def _most(largest: float) -> float:
    return max(_MOST * largest, _ALWAYS_ALLOWED)


def _weight(containers: int, values: int) -> int:
    return _CONTAINER * containers + _VALUE * values


def _count_outside_texts(body: bytes | bytearray) -> tuple[int, int]:
    """How many containers JSON has, and how many commas."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    containers = commas = quotes = 0
    for at in range(0, len(body), _PIECE):
        piece = np.frombuffer(body, np.uint8, min(_PIECE, len(body) - at), at)
        quote_counts = np.cumsum(piece == _QUOTE, dtype=np.int32) + quotes
        outside = piece[quote_counts % 2 == 0]
        containers += int(np.count_nonzero((outside == _BRACE) | (outside == _BRACKET)))
        commas += int(np.count_nonzero(outside == _COMMA))
        quotes = int(quote_counts[-1]) % 2
    return containers, commas


def _parts(body: bytes) -> Iterator[tuple[int, int]]:
    """Where the fields of a SeldonMessage begin and end that may have many values."""
    try:
        for tag, start, end in fields(body, 0, len(body)):
            if tag not in _LONG_FIELDS:
                yield start, end
    except (Unusual, IndexError):
        yield 0, len(body)


def _pieces(parts: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in parts:
        for at in range(start, end, _PIECE):
            yield at, min(at + _PIECE, end)


def _check(found: int, most: float, setting: str) -> None:
    if found > most:
        raise TooLarge(
            f"the message: expected values that take at most {most:.0f} bytes of memory, found about {found}; "
            f"send numbers as data.tensor or data.ndarray, or raise {setting}"
        )
