"""The head of a response: status line and headers, as bytes."""

from __future__ import annotations

import time
from functools import lru_cache
from http import HTTPStatus

from .protocol import Headers

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_SNIFFING = "X-Content-Type-Options: nosniff"  # no browser takes the text of a response for a page
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_WITHOUT_CONTENT = (204, 304)  # which have no Content-Length either
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def encode_head(status: int, headers: Headers, length: int, connection: bytes, lines: bytes) -> bytes:
    """length: of the body, in bytes. connection: the value of the header Connection, or b"" for none.

    lines: of `ResponseLines`. They are no headers, because those of most responses are the same and encoded once.
    """
    beginning, has_length = _beginning(status, headers)
    if not has_length:
        beginning += b"Content-Length: %d\r\n" % length
    if connection:
        beginning += b"Connection: %b\r\n" % connection
    return beginning + lines + _end(int(time.time()))


@lru_cache(maxsize=64)
def _beginning(status: int, headers: Headers) -> tuple[bytes, bool]:
    """The lines that are the same for many responses, and whether they need no Content-Length."""
    phrase = _PHRASES.get(status, "Unknown")
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers), _NO_SNIFFING]
    has_length = status in _WITHOUT_CONTENT or any(name.lower() == "content-length" for name, _ in headers)
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1", "replace"), has_length


@lru_cache(maxsize=1)
def _end(seconds: int) -> bytes:
    """The line with the date, an IMF-fixdate (RFC 9110, section 5.6.7) in any locale, and the empty line."""
    now = time.gmtime(seconds)
    day = f"{_DAYS[now.tm_wday]}, {now.tm_mday:02} {_MONTHS[now.tm_mon - 1]} {now.tm_year:04}"
    return f"Date: {day} {now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02} GMT\r\n\r\n".encode()
