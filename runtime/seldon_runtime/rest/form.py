"""Forms: their fields, and the text of these in the charset that the client names.

Text that is wrong in its charset is refused. No character takes the place of another one.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from seldon_component.errors import BadPayload

from .multipart import RawPart, read_parts

UTF_8 = "utf-8"
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)
_CHARSET_FIELD = "_charset_"  # names the charset of the other fields (HTML, 4.10.22.8)
_JSON_FIELD = re.compile(rb"(?:^|&)json(?:=([^&]*))?(?=&|\Z)")
_PIECE = 65_536  # bytes that are read at a time


class Part(NamedTuple):
    """A part of a multipart form. charset: of its content, if that is text; "" is UTF-8."""

    name: str
    content: bytes | bytearray
    charset: str
    is_file: bool

    def text(self) -> str:
        """Raises BadPayload."""
        return decoded(self.content, self.charset or UTF_8, f"form part '{self.name}'")


def charset_of(content_type: str) -> str:
    """The charset that a media type names, or UTF-8."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else UTF_8


def decoded(content: bytes | bytearray, charset: str, where: str) -> str:
    """The text in `content`. where: for the error. Raises BadPayload."""
    try:
        return content.decode(charset)
    except LookupError:
        raise BadPayload(f"{where}: charset: expected one that Python knows, found {charset!r}") from None
    except UnicodeError as error:
        hint = "send UTF-8, or name the charset in the Content-Type"
        raise BadPayload(f"{where}: expected text in {charset}, found other bytes ({error}); {hint}") from None


def json_field(form: bytes | bytearray, charset: str = UTF_8) -> bytes | None:
    """The first field `json` of a URL-encoded form, as UTF-8. Raises BadPayload.

    No object is made for each other field, because there may be many.
    """
    found = _JSON_FIELD.search(form)
    if found is None:
        return None
    return decoded(_unquote((found[1] or b"").replace(b"+", b" ")), charset, "form field 'json'").encode()


def _unquote(quoted: bytes) -> bytes:
    """The bytes without percent signs. They are read in pieces, because each sign takes an object meanwhile."""
    parts, at = [], 0
    while at < len(quoted):
        end = quoted.find(b"%", at + _PIECE)
        end = len(quoted) if end < 0 else end
        parts.append(unquote_to_bytes(quoted[at:end]))
        at = end
    return b"".join(parts)


def parts_of(content_type: str, body: bytes | bytearray) -> dict[str, Part]:
    """Name -> the first part of that name, of a multipart form. Raises BadPayload."""
    try:
        parts = [_part(raw) for raw in read_parts(content_type, body)]
    except ValueError as error:
        raise BadPayload(f"the multipart form cannot be read: {error}") from None
    usual = next((part.text() for part in parts if part.name == _CHARSET_FIELD), UTF_8)
    first: dict[str, Part] = {}
    for part in parts:
        first.setdefault(part.name, part if part.charset else part._replace(charset=usual))
    return first


def _part(raw: RawPart) -> Part:
    """A charset that is not named is ""."""
    charset = charset_of(raw.content_type) if "charset" in raw.content_type else ""
    return Part(raw.name, raw.content, charset, raw.is_file)
