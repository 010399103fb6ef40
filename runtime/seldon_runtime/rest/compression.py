"""Responses of the Open Inference Protocol in the encoding that the client accepts."""

from __future__ import annotations

import re
import zlib

from .protocol import HttpRequest

LEAST = 1024  # bytes of a response that is worth it
_LEVEL = 1  # tensors of floats hardly shrink further
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_REFUSED = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*$")


def wanted_encoding(request: HttpRequest) -> str:
    """`gzip` or `deflate`, the first that the header Accept-Encoding has; "" for a response as it is."""
    accepted = request.headers.get(b"accept-encoding")
    if not accepted:
        return ""
    for word in accepted.decode("latin-1").lower().split(","):
        name = word.partition(";")[0].strip()
        if name in _WINDOWS and not _REFUSED.search(word):
            return name
    return ""


def compressed(body: bytes, encoding: str) -> bytes:
    """encoding: of `wanted_encoding`, not ""."""
    compressor = zlib.compressobj(_LEVEL, wbits=_WINDOWS[encoding])
    return compressor.compress(body) + compressor.flush()
