"""The ids of a request in the head of its response, so that each side finds the other's log lines."""

from __future__ import annotations

import re

from ..messages import ECHOED, LONGEST_ECHO
from .protocol import HttpRequest

# name in lower case, and the beginning of the line
_NAMES = tuple((name.encode(), (name if name == "traceparent" else name.title()).encode() + b": ") for name in ECHOED)
_PUID, _PUID_LINE = b"seldon-puid", b"Seldon-Puid: %b\r\n"
_is_clean = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST_ECHO).fullmatch


def echo_puid(request: HttpRequest, puid: str) -> None:
    """Have the response tell this puid, even if the request's header has another one."""
    wanted = request.headers.get(_PUID, b"")
    lines = request.lines.replace(_PUID_LINE % wanted, b"") if wanted else request.lines
    text = puid.encode()
    request.lines = lines + _PUID_LINE % text if _is_clean(text) else lines


def echo(headers: dict[bytes, bytes]) -> bytes:
    """The lines for these headers of a request: b"" if none of ECHOED is among them."""
    lines = b""
    for name, beginning in _NAMES:
        if name in headers and _is_clean(headers[name]):
            lines += beginning + headers[name] + b"\r\n"
    return lines
