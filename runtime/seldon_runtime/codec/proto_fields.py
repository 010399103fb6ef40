"""The bytes of protobuf's fields that have a length, in their plain spelling alone: varints of the fewest bytes.

https://protobuf.dev/programming-guides/encoding/ describes them.
"""

from __future__ import annotations

from collections.abc import Iterator


class Unusual(Exception):
    """A spelling, or a message, that is the general codec's."""


def fields(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(first byte, start of the content, its end) of each field, taking all of them to have a length.

    Of a field that has none, or has a number beyond 15, the first byte is none that a caller knows. Raises Unusual, or
    IndexError where the body ends too soon.
    """
    while at < end:
        tag = body[at]
        length, start = varint(body, at + 1)
        at = start + length
        if at > end:
            raise Unusual
        yield tag, start, at


def varint(body: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, of 32 bits and in the fewest bytes, and where it ends. Raises Unusual."""
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
    return head(tag, len(content)) + content


def head(tag: int, length: int) -> bytes:
    """What stands before a field's content."""
    return bytes((tag, length)) if length < 0x80 else bytes((tag,)) + as_varint(length)


def as_varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)
