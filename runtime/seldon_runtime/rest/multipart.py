"""The parts of a multipart form (RFC 7578), whose body is there as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_MOST_PARTS = 1000
_MOST_HEADER_BYTES = 65_536  # of one part, because each line and each option takes more memory than its bytes
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")  # some clients end their lines in another way than the standard's
_END_OF_DELIMITER = re.compile(rb"(--)|[^\S\r\n]*(?:\r\n|\n|\r)")
_CONTINUED = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_OPTION = re.compile(r';\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
_ESCAPED = re.compile(r"\\(.)")


class RawPart(NamedTuple):
    """content_type: "" if the part does not say."""

    name: str
    is_file: bool
    content_type: str
    content: bytes | bytearray


class _Delimiter(NamedTuple):
    """The line between two parts. begin: of the line break before it. is_last: whether no part follows."""

    begin: int
    end: int
    is_last: bool


def read_parts(content_type: str, body: bytes | bytearray) -> Iterator[RawPart]:
    """content_type: of the request. Raises ValueError for a body that is no such form."""
    boundary = _options(content_type).get("boundary", "")
    if not boundary:
        raise ValueError("its Content-Type names no boundary")
    mark = b"--" + boundary.encode("latin-1")
    delimiter, count = _next_delimiter(body, mark, 0), 0
    while not delimiter.is_last:
        count += 1
        if count > _MOST_PARTS:
            raise ValueError(f"it has more than {_MOST_PARTS} parts")
        blank = _BLANK_LINE.search(body, delimiter.end, delimiter.end + _MOST_HEADER_BYTES)
        if blank is None:
            raise ValueError(f"the headers of a part do not end within {_MOST_HEADER_BYTES} bytes")
        following = _next_delimiter(body, mark, (blank.start() + blank.end()) // 2)
        yield _part(body[delimiter.end : blank.start()], body[blank.end() : following.begin])
        delimiter = following


def _next_delimiter(body: bytes | bytearray, mark: bytes, at: int) -> _Delimiter:
    """The first one from `at` on. It has a line of its own."""
    while (found := body.find(mark, at)) >= 0:
        end = _END_OF_DELIMITER.match(body, found + len(mark))
        if end and (found == 0 or body[found - 1] in b"\r\n"):
            line_break = 2 if body[max(found - 2, 0) : found] == b"\r\n" else min(found, 1)
            return _Delimiter(found - line_break, end.end(), end[1] is not None)
        at = found + 1
    raise ValueError("its parts are not between the boundary that its Content-Type names")


def _part(head: bytes | bytearray, content: bytes | bytearray) -> RawPart:
    lines = _CONTINUED.sub(" ", head.decode()).splitlines()
    pairs = [line.partition(":") for line in lines]
    headers = {name.strip().lower(): value.strip() for name, _, value in reversed(pairs)}  # the first one counts
    if "content-disposition" not in headers:
        raise ValueError("a part has no Content-Disposition")
    options = _options(headers["content-disposition"])
    is_file = "filename" in options or "filename*" in options
    return RawPart(options.get("name", ""), is_file, headers.get("content-type", ""), content)


def _options(value: str) -> dict[str, str]:
    """The options behind the first word of a header. Browsers write a quotation mark as `%22`."""
    found = _OPTION.finditer(value)
    return {
        option[1].lower(): option[3] if option[2] is None else _ESCAPED.sub(r"\1", option[2]).replace("%22", '"')
        for option in found
    }
