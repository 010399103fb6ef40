"""A request's body: all of it, inflated, and never more than MAX_BODY_BYTES."""

from __future__ import annotations

import zlib

from seldon_component.errors import BadPayload

from ..errors import TooLarge
from .protocol import Environ

_GZIP = 16 + zlib.MAX_WBITS
_PLAIN, _GZIPPED = ("", "identity"), ("gzip", "x-gzip")
_UNSUPPORTED_MEDIA_TYPE = 415


def read_body(environ: Environ, limit: int) -> bytes:
    """The whole body, inflated where it is gzip's. limit: bytes, before and after.

    Raises TooLarge, before reading where the length is announced, and BadPayload for what cannot be inflated.
    """
    body, encoding = _read(environ, limit), environ.get("HTTP_CONTENT_ENCODING")
    if not encoding:
        return body
    encoding = encoding.strip().lower()
    if encoding in _PLAIN:
        return body
    if encoding in _GZIPPED:
        return _inflate(body, limit)
    raise BadPayload(f"Content-Encoding: gzip or none expected, found {encoding!r}", _UNSUPPORTED_MEDIA_TYPE)


def _read(environ: Environ, limit: int) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    if length and int(length) > limit:
        raise TooLarge(f"the body has {length} bytes; MAX_BODY_BYTES allows {limit}")
    try:
        body: bytes = environ["wsgi.input"].read() if length else environ["wsgi.input"].read(limit + 1)
    except OSError as error:
        raise BadPayload(f"the body ended early: {error}") from None
    if length and len(body) < int(length):
        raise BadPayload(f"the body ended early: Content-Length says {length} bytes, found {len(body)}")
    return _within(body, limit)


def _inflate(body: bytes, limit: int) -> bytes:
    """gzip's members, one after the other (RFC 1952, section 2.2), never more than `limit` bytes of them."""
    inflated = b""
    try:
        while body:
            member = zlib.decompressobj(_GZIP)
            inflated = _within(inflated + member.decompress(body, limit + 1 - len(inflated)), limit)
            if not member.eof:
                raise BadPayload("Content-Encoding: gzip: the body ended early")
            body = member.unused_data
    except zlib.error as error:
        raise BadPayload(f"Content-Encoding: gzip: the body cannot be inflated ({error})") from None
    return inflated


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise TooLarge(f"the body has more than the {limit} bytes that MAX_BODY_BYTES allows")
    return body
