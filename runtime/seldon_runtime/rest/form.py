"""Forms: their fields, and the text of these in the charset that the client names.

Text that is wrong in its charset is refused. No character takes the place of another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from seldon_component.errors import BadPayload

if TYPE_CHECKING:
    from werkzeug.sansio.multipart import Event, Field, File

UTF_8 = "utf-8"
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)
_CHARSET_FIELD = "_charset_"  # names the charset of the other fields (HTML, 4.10.22.8)
_JSON_FIELD = re.compile(rb"(?:^|&)json(?:=([^&]*))?(?=&|\Z)")
_MOST_PARTS = 1000
_PIECE = 65_536  # bytes that are read at a time


class Part(NamedTuple):
    """A part of a multipart form. charset: of its content, if that is text; "" is UTF-8."""

    name: str
    content: bytearray
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
    # imported here, because few messages come like this and the first one of the others need not wait for it
    from werkzeug.exceptions import HTTPException

    try:
        parts = list(_read(content_type, body))
    except HTTPException as error:
        raise BadPayload(f"the multipart form cannot be read: {error.description}") from None
    except ValueError:
        wrong = "its parts are not between the boundary that its Content-Type names"
        raise BadPayload(f"the multipart form cannot be read: {wrong}") from None
    usual = next((part.text() for part in parts if part.name == _CHARSET_FIELD), UTF_8)
    first: dict[str, Part] = {}
    for part in parts:
        first.setdefault(part.name, part if part.charset else part._replace(charset=usual))
    return first


def _read(content_type: str, body: bytes | bytearray) -> Iterator[Part]:
    """The parts; a charset that is not named is "". Raises ValueError, and HTTPException for too many parts."""
    from werkzeug.sansio.multipart import Data, Field, File

    part: Part | None = None
    for event in _events(content_type, body):
        if isinstance(event, (Field, File)):
            part = _new_part(event, isinstance(event, File))
        elif isinstance(event, Data) and part is not None:
            part.content.extend(event.data)
            if not event.more_data:
                yield part


def _new_part(event: Field | File, is_file: bool) -> Part:
    content_type = event.headers.get("content-type", "")
    return Part(str(event.name), bytearray(), charset_of(content_type) if "charset" in content_type else "", is_file)


def _events(content_type: str, body: bytes | bytearray) -> Iterator[Event]:
    from werkzeug.http import parse_options_header
    from werkzeug.sansio.multipart import Epilogue, MultipartDecoder, NeedData

    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary:
        raise BadPayload("the multipart form cannot be read: its Content-Type names no boundary")
    decoder = MultipartDecoder(boundary.encode("latin-1"), max_parts=_MOST_PARTS)
    for at in range(0, len(body) + _PIECE, _PIECE):
        decoder.receive_data(bytes(body[at : at + _PIECE]) or None)
        while not isinstance(event := decoder.next_event(), NeedData):
            yield event
            if isinstance(event, Epilogue):
                return
