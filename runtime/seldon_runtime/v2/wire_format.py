"""The fields of a protobuf message, in every encoding that a client may choose, as positions: nothing is copied.

`codec/proto_fields.py` reads the plain encoding only, and leaves all others to protobuf's own classes. Those copy what
they read, and have no array of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..codec.density import Room
from . import varints
from .varints import Malformed

VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5  # the wire types: the lowest three bits of a tag
_SIZES = {EIGHT_BYTES: 8, FOUR_BYTES: 4}


def fields(body: bytes, at: int, end: int, room: Room) -> Iterator[tuple[int, int, int]]:
    """(tag, start, end of the content) of each field between two positions. A tag is number << 3 | wire type.

    The content of a number is its own bytes. room: each field takes some of it, because two bytes are enough for one.
    Raises Malformed, TooLarge, or IndexError if the body ends too early.
    """
    while at < end:
        room.take_values()
        tag, start = (body[at], at + 1) if body[at] < 0x80 else _long_tag(body, at)
        wire_type = tag & 7
        if wire_type == LENGTH:
            length, start = (body[start], start + 1) if body[start] < 0x80 else varints.read(body, start)
            at = start + length
        elif wire_type == VARINT:
            at = varints.read(body, start)[1]
        elif wire_type in _SIZES:
            at = start + _SIZES[wire_type]
        else:
            raise Malformed
        if at > end or tag < 8:  # there is no field 0
            raise Malformed
        yield tag, start, at


def _long_tag(body: bytes, at: int) -> tuple[int, int]:
    """A tag of more than one byte, which has at most five for its 32 bits, and the position after it."""
    tag, start = varints.read(body, at)
    if start - at > 5 or tag >= 2**32:
        raise Malformed
    return tag, start
