"""Responses in the encoding that the client accepts: those of V2, and with COMPRESSION_MIN_BYTES all that are large."""

from __future__ import annotations

import re
import zlib
from functools import partial

from ..http_server.protocol import Application, Headers, HttpRequest, Respond
from ..system.thread_pool import ThreadPool
from .wrapped_application import WrappedApplication

LEAST = 1024  # bytes of a response of V2 that is worth it, unless COMPRESSION_MIN_BYTES says how many
VARY = ("Vary", "Accept-Encoding")  # no cache gives a compressed response to a client that does not accept it
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


class Compression(WrappedApplication):
    """Compresses the responses that are large enough, and have no encoding yet."""

    def __init__(self, application: Application, least: int, threads: ThreadPool) -> None:
        """least: bytes of a body. threads: for the work, so that neither the event loop nor a model's thread waits."""
        super().__init__(application)
        self._least = least
        self._threads = threads

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        self._application(request, partial(self._respond, wanted_encoding(request), respond))

    def _respond(self, encoding: str, respond: Respond, status: int, headers: Headers, body: bytes) -> None:
        if len(body) < self._least or any(name.lower() == "content-encoding" for name, _ in headers):
            respond(status, headers, body)
        elif encoding:
            self._threads.do(respond_compressed, respond, status, headers, body, encoding)
        else:
            respond(status, (*headers, VARY), body)


def respond_compressed(respond: Respond, status: int, headers: Headers, body: bytes, encoding: str) -> None:
    """encoding: of `wanted_encoding`, not ""."""
    usual = tuple(header for header in headers if header[0].lower() != "content-length")
    respond(status, (*usual, ("Content-Encoding", encoding), VARY), compressed(body, encoding))
