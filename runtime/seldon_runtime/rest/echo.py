"""The ids of a request in the head of its response, so that each side finds the other's log lines."""

from __future__ import annotations

import re

from ..messages import ECHOED, LONGEST_ECHO

# name in lower case -> as it is sent
_NAMES = {name.encode(): name.title().encode() if name != "traceparent" else b"traceparent" for name in ECHOED}
_CLEAN = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST_ECHO)


def echo(headers: dict[bytes, bytes]) -> bytes:
    """The lines for these headers of a request: b"" if none of ECHOED is among them."""
    if _NAMES.keys().isdisjoint(headers):
        return b""
    sent = ((name, headers.get(key, b"")) for key, name in _NAMES.items())
    return b"".join(b"%b: %b\r\n" % (name, value) for name, value in sent if _CLEAN.fullmatch(value))
