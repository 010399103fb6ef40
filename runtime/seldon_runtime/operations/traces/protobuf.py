"""Fields of protobuf messages as bytes (https://protobuf.dev/programming-guides/encoding/), for the messages of OTLP.

opentelemetry-proto has the classes of these messages. docs/internals.md says why they are not used.
"""

from __future__ import annotations

import struct

from ...codec.proto_fields import as_varint

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types
_FIXED32_FORMAT = struct.Struct("<I")


def tag(number: int, wire_type: int) -> bytes:
    """What a field begins with."""
    return as_varint(number << 3 | wire_type)


def bytes_field(number: int, content: bytes) -> bytes:
    """Bytes, text in UTF-8, or a message."""
    return b"%b%b%b" % (tag(number, _BYTES), as_varint(len(content)), content)


def number_field(number: int, value: int) -> bytes:
    """An integer that is not negative, a bool or an enum."""
    return tag(number, _VARINT) + as_varint(value)


def fixed32_field(number: int, value: int) -> bytes:
    return tag(number, _FIXED32) + _FIXED32_FORMAT.pack(value)


def attribute(number: int, key: str, value: str | int) -> bytes:
    """A KeyValue, as the field of this number."""
    encoded = number_field(3, value) if isinstance(value, int) else bytes_field(1, value.encode("utf-8", "replace"))
    return bytes_field(number, bytes_field(1, key.encode()) + bytes_field(2, encoded))


class TwoTimes:
    """Two fields of type fixed64."""

    def __init__(self, first: int, second: int) -> None:
        """first, second: their numbers, below 16."""
        self._tags = first << 3 | _FIXED64, second << 3 | _FIXED64
        self._format = struct.Struct("<BQBQ")

    def encode(self, first: int, second: int) -> bytes:
        return self._format.pack(self._tags[0], first, self._tags[1], second)
