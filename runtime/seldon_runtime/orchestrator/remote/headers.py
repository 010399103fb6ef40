"""What a unit gets of the client's headers (docs/graph.md, "Headers")."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from ...messages import Headers, Request

# those of one connection (RFC 9110, section 7.6.1), of a body that is not passed on, and of this request itself
_NOT_PASSED_ON = frozenset((
    "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
    "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "seldon-puid", "te", "traceparent",
    "trailer", "transfer-encoding", "upgrade",
))  # fmt: skip
_OF_GRPC = ("grpc-", ":")  # begin the keys that are gRPC's own
_IN_METADATA = re.compile(r"[0-9a-z_.-]+")
_TEXT = re.compile(r"[\x20-\x7e]*")
_LINE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # what a header of HTTP may have
_BINARY = "-bin"  # ends a key of metadata whose value is bytes; in `Headers` and over HTTP they are base64


def lines(request: Request) -> list[str]:
    """Of the head of an HTTP request."""
    return [f"{name}: {value}\r\n" for name, value in _all(request) if _LINE.fullmatch(value)]


def metadata(request: Request) -> list[tuple[str, str | bytes]]:
    """Of a call. What metadata cannot have is left out."""
    found: list[tuple[str, str | bytes]] = []
    for name, value in _all(request):
        if name == "user-agent" or not _IN_METADATA.fullmatch(name) or not _TEXT.fullmatch(value):
            continue
        if not name.endswith(_BINARY):
            found.append((name, value))
        elif (decoded := _decoded(value)) is not None:
            found.append((name, decoded))
    return found


def _all(request: Request) -> Iterator[tuple[str, str]]:
    if request.headers:
        yield from _passed_on(request.headers)
    if request.puid:
        yield "seldon-puid", request.puid
    if request.trace_parent:
        yield "traceparent", request.trace_parent


def _passed_on(headers: Headers) -> Iterator[tuple[str, str]]:
    """headers: their names are in lower case."""
    left_out = _NOT_PASSED_ON
    for name, value in headers:
        if name == "connection":  # names those that are of the connection, too
            left_out = left_out.union(token.strip().lower() for token in value.split(","))
    return ((name, value) for name, value in headers if name not in left_out and not name.startswith(_OF_GRPC))


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None
