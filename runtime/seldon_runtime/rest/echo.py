"""The ids of a request in the head of its response, so that each side finds the other's log lines."""

from __future__ import annotations

import re

from ..messages import ECHOED, LONGEST_ECHO

# name in lower case, and the beginning of the line
_NAMES = tuple((name.encode(), (name if name == "traceparent" else name.title()).encode() + b": ") for name in ECHOED)
_is_clean = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST_ECHO).fullmatch


def echo(headers: dict[bytes, bytes]) -> bytes:
    """The lines for these headers of a request: b"" if none of ECHOED is among them."""
    lines = b""
    for name, beginning in _NAMES:
        if name in headers and _is_clean(headers[name]):
            lines += beginning + headers[name] + b"\r\n"
    return lines
