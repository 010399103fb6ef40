"""Protobuf's fields that have a length, in their plain encoding: each varint has as few bytes as possible.

https://protobuf.dev/programming-guides/encoding/ describes the encoding.
"""

from __future__ import annotations

from collections.abc import Iterator


class Unusual(Exception):
    """The fast path cannot read or write this message. The general codec can."""


def fields(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(first byte, start of the content, end of the content) of each field.

    It reads each field as one that has a length. If a field has none, or its number is above 15, then no caller knows
    its first byte and every caller stops there. Raises Unusual, or IndexError if the body ends too early.
    """
    while at < end:
        tag = body[at]
        length, start = varint(body, at + 1)
        at = start + length
        if at > end:
            raise Unusual
        yield tag, start, at


def varint(body: bytes, at: int) -> tuple[int, int]:
    """The varint at `at`, and the position after it. Raises Unusual for more bytes than it needs, or over five."""
    value = shift = 0
    while body[at] & 0x80:
        value |= (body[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if shift > 28:  # five bytes hold 32 bits
            raise Unusual
    if shift and not body[at]:
        raise Unusual
    return value | body[at] << shift, at + 1


def field(tag: int, content: bytes) -> bytes:
    """A field with its content."""
    return head(tag, len(content)) + content


def head(tag: int, length: int) -> bytes:
    """The bytes before a field's content of `length` bytes."""
    return bytes((tag, length)) if length < 0x80 else bytes((tag,)) + as_varint(length)


def as_varint(number: int) -> bytes:
    """A number as a varint."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
