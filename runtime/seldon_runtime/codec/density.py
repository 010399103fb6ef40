"""How much memory the objects and lists of a message may take, judged by its bytes, before it is parsed.

They cost a client two to four bytes each, and take hundreds in the memory of both processes.
"""

from __future__ import annotations

import re

from ..errors import TooLarge

_MOST = 8  # bytes of memory, for each byte of the largest message
_CONTAINER = 300  # bytes of memory of an empty object on the oldest Python
_VALUE = 60  # bytes of memory of another google.protobuf.Value
_PIECE = 1_048_576  # bytes that are searched at a time
# a Value of less than 128 bytes, in a list (field 1) or in an object (field 2)
_PROTO_CONTAINER = re.compile(rb"[\x0a\x12][\x00-\x7f][\x2a\x32]")
_PROTO_VALUE = re.compile(rb"\x0a\x00|[\x0a\x12][\x00-\x7f][\x08\x1a\x20]")


def check_json(body: bytes | bytearray, largest: float) -> None:
    """Raises TooLarge for JSON with so many objects and lists. largest: bytes that a body may have.

    Brackets in a text count, too.
    """
    most = _MOST * largest
    if len(body) * _CONTAINER > most:
        _check(_CONTAINER * (body.count(b"{") + body.count(b"[")), most, "MAX_BODY_BYTES")


def check_proto(body: bytes, largest: float) -> None:
    """The same for protobuf, whose other values take much memory, too. largest: bytes that a message may have."""
    most = _MOST * largest
    if len(body) * _CONTAINER > 2 * most:  # no value has less than two bytes
        found = _CONTAINER * _count(_PROTO_CONTAINER, body) + _VALUE * _count(_PROTO_VALUE, body)
        _check(found, most, "GRPC_MAX_MESSAGE_BYTES")


def _count(pattern: re.Pattern[bytes], body: bytes) -> int:
    """About how often the pattern occurs. In pieces, because a search holds the interpreter's lock."""
    return sum(1 for at in range(0, len(body), _PIECE) for _ in pattern.finditer(body, at, at + _PIECE))


def _check(found: int, most: float, setting: str) -> None:
    if found > most:
        raise TooLarge(
            f"the message: expected objects and lists that take at most {most:.0f} bytes of memory, found {found}; "
            f"send numbers as data.tensor or data.ndarray, or raise {setting}"
        )
