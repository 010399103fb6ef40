"""Text of the source, in the encoding in which it was saved."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef, import-not-found]

BadToml = tomllib.TOMLDecodeError
_LARGEST = 4 << 20  # bytes: lock files have some MB
# the mark of UTF-32 begins with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(content: bytes) -> str:
    """The encoding by the mark at the beginning; UTF-8 without one."""
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")


def read_small_text(path: Path) -> str:
    """The text of a file; "" for a large file, for one without text, and for one that may not be read."""
    try:
        if path.stat().st_size > _LARGEST:
            return ""
        content = path.read_bytes()
    except OSError:
        return ""
    encoding = encoding_of(content)
    if encoding == "utf-8" and b"\0" in content:
        encoding = _unmarked(content)
    return content.decode(encoding, errors="replace") if encoding else ""


def _unmarked(content: bytes) -> str:
    """The encoding of bytes with zeros: UTF-16 if almost every second byte is one, otherwise none."""
    for encoding, zeros in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if zeros.count(0) > 0.9 * len(zeros):
            return encoding
    return ""


def read_text(path: Path) -> str:
    """The text of a file. Bytes that are none become U+FFFD."""
    content = path.read_bytes()
    return content.decode(encoding_of(content), errors="replace")


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file. Raises BadToml."""
    return tomllib.loads(read_text(path))
