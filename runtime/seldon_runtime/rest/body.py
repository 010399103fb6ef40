"""A request's body, inflated, and then never more than MAX_INFLATED_BYTES."""

from __future__ import annotations

import zlib

from seldon_component.errors import BadPayload

from ..errors import TooLarge
from ..http_server.protocol import HttpRequest

_PLAIN, _GZIPPED = ("", "identity"), ("gzip", "x-gzip")
# encoding -> zlib's window for it; deflate is zlib's own format (RFC 9110, section 8.4.1.2)
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_MAGIC = b"\x1f\x8b"  # begins each body of gzip (RFC 1952, section 2.3)
_UNSUPPORTED_MEDIA_TYPE = 415
_FIRST_PIECE, _LARGEST_PIECE = 256, 65_536  # bytes of gzip that are inflated at a time
_MOST_AT_ONCE = 1_048_576  # bytes that they may become at a time


def read_body(request: HttpRequest, limit: int) -> bytes | bytearray:
    """The body, inflated if it is gzip's or zlib's. limit: bytes after inflation; the server checks those before.

    Raises TooLarge, and BadPayload for a body that cannot be inflated.
    """
    if b"content-encoding" not in request.headers:
        return request.body
    encoding = request.header(b"content-encoding").strip().lower()
    if encoding in _PLAIN or (encoding in _GZIPPED and not request.body.startswith(_MAGIC)):
        return request.body  # Seldon Core's executor passes the header on with a body that it has inflated
    if encoding in _WINDOWS:
        return _inflate(request.body, encoding, limit)
    raise BadPayload(f"Content-Encoding: gzip, deflate or none expected, found {encoding!r}", _UNSUPPORTED_MEDIA_TYPE)


def _inflate(body: bytes | bytearray, encoding: str, limit: int) -> bytearray:
    """gzip's members, one after the other (RFC 1952, section 2.2), never more than `limit` bytes of them."""
    zipped, at, inflated = memoryview(body), 0, bytearray()
    try:
        while at < len(zipped):
            at = _inflate_member(zipped, at, inflated, encoding, limit)
    except zlib.error as error:
        raise BadPayload(f"Content-Encoding: {encoding}: the body cannot be inflated ({error})") from None
    return inflated


def _inflate_member(zipped: memoryview, at: int, inflated: bytearray, encoding: str, limit: int) -> int:
    """Append the member that begins at `at` to `inflated`. Returns where the next one begins.

    It is read in pieces that grow, because zlib copies the rest of the last piece. So many short members take no longer
    than their bytes.
    """
    member, size = zlib.decompressobj(_WINDOWS[encoding]), _FIRST_PIECE
    while not member.eof:
        piece = zipped[at : at + size]
        part = member.decompress(piece, _MOST_AT_ONCE)
        if not piece and not part:
            raise BadPayload(f"Content-Encoding: {encoding}: the body ended early")
        inflated += part
        if len(inflated) > limit:
            raise TooLarge(f"the body has more than the {limit} bytes that MAX_INFLATED_BYTES allows")
        at += len(piece) - len(member.unused_data if member.eof else member.unconsumed_tail)
        size = min(2 * size, _LARGEST_PIECE)
    return at
