"""A request's body, inflated, and never more than MAX_BODY_BYTES."""

from __future__ import annotations

import zlib

from seldon_component.errors import BadPayload

from ..errors import TooLarge
from .protocol import HttpRequest

_GZIP = 16 + zlib.MAX_WBITS
_PLAIN, _GZIPPED = ("", "identity"), ("gzip", "x-gzip")
_UNSUPPORTED_MEDIA_TYPE = 415


def read_body(request: HttpRequest, limit: int) -> bytes | bytearray:
    """The body, inflated if it is gzip's. limit: bytes after inflation; the server checks those before.

    Raises TooLarge, and BadPayload for a body that cannot be inflated.
    """
    encoding = request.header(b"content-encoding").strip().lower()
    if encoding in _PLAIN:
        return request.body
    if encoding in _GZIPPED:
        return _inflate(request.body, limit)
    raise BadPayload(f"Content-Encoding: gzip or none expected, found {encoding!r}", _UNSUPPORTED_MEDIA_TYPE)


def _inflate(body: bytes | bytearray, limit: int) -> bytes:
    """gzip's members, one after the other (RFC 1952, section 2.2), never more than `limit` bytes of them."""
    inflated = b""
    try:
        while body:
            member = zlib.decompressobj(_GZIP)
            inflated += member.decompress(body, limit + 1 - len(inflated))
            if len(inflated) > limit:
                raise TooLarge(f"the body has more than the {limit} bytes that MAX_BODY_BYTES allows")
            if not member.eof:
                raise BadPayload("Content-Encoding: gzip: the body ended early")
            body = member.unused_data
    except zlib.error as error:
        raise BadPayload(f"Content-Encoding: gzip: the body cannot be inflated ({error})") from None
    return inflated
