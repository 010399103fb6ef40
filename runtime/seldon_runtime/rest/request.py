"""Where in an HTTP request the message stands (docs/protocol.md, "REST")."""

from __future__ import annotations

import base64
import io
import re
from urllib.parse import unquote_to_bytes

from seldon_component.errors import BadPayload

from ..codec import json_codec
from ..messages import Content
from .body import read_body
from .protocol import HttpRequest
from .wsgi import to_environ

_MULTIPART, _URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
_NOTHING = "no message found: send it as a JSON body, or as the form field or query argument 'json'"
_PARTS = (
    *("strData", "binData", "data", "jsonData", "meta", "status"),
    *("request", "response", "reward", "truth", "seldonMessages"),
)
_JSON_FIELD = re.compile(rb"(?:^|&)json(?:=([^&]*))?(?=&|\Z)")
_PIECE = 65_536  # bytes of a quoted text
_SMALL = 65_536  # bytes; a larger body takes long enough to parse to keep other requests waiting


def is_quickly_read(request: HttpRequest) -> bool:
    """Whether `read_content` takes well below a millisecond."""
    return (
        len(request.body) <= _SMALL
        and b"content-encoding" not in request.headers
        and not _media_type(request).startswith(_MULTIPART)
    )


def read_content(method: str, request: HttpRequest, max_inflated_bytes: int) -> Content:
    """The content of a call of `method`, wherever its message stands. Raises BadPayload and TooLarge."""
    body = read_body(request, max_inflated_bytes)
    if _media_type(request).startswith(_MULTIPART):
        return _from_parts(method, request, body, max_inflated_bytes)
    for message in (_form_field(request, body), _argument(request), body or None):
        if message is not None:
            return json_codec.to_content(method, message, max_inflated_bytes)
    raise BadPayload(_NOTHING)


def _media_type(request: HttpRequest) -> str:
    return request.header(b"content-type").lower()


def _form_field(request: HttpRequest, body: bytes | bytearray) -> bytes | None:
    if not _media_type(request).startswith(_URLENCODED) or _looks_like_json(body):
        return None
    return _json_of(body)


def _argument(request: HttpRequest) -> bytes | None:
    return _json_of(request.query) if request.query else None


def _json_of(form: bytes | bytearray) -> bytes | None:
    """The first field `json` of a form, decoded. No object is made for each other field, because there may be many."""
    found = _JSON_FIELD.search(form)
    return None if found is None else _unquote((found[1] or b"").replace(b"+", b" "))


def _unquote(quoted: bytes) -> bytes:
    """The text without percent signs, as UTF-8. It is read in pieces, because each sign takes an object meanwhile."""
    parts, at = [], 0
    while at < len(quoted):
        end = quoted.find(b"%", at + _PIECE)
        end = len(quoted) if end < 0 else end
        parts.append(unquote_to_bytes(quoted[at:end]))
        at = end
    return b"".join(parts).decode("utf-8", "replace").encode()


def _looks_like_json(body: bytes | bytearray) -> bool:
    """curl -d sends JSON, too, under the media type of a form."""
    return body[:99].lstrip().startswith((b"{", b"["))


def _from_parts(method: str, request: HttpRequest, body: bytes | bytearray, largest: int) -> Content:
    """The message of a multipart form: a part `json`, or parts named like the message's own keys."""
    # imported here, because few messages come like this and the first one of the others need not wait for it
    from werkzeug.exceptions import HTTPException
    from werkzeug.wrappers import Request

    parser = Request({**to_environ(request), "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    parser.max_form_memory_size = None  # MAX_BODY_BYTES has been checked
    try:
        form, files = parser.form, parser.files
    except HTTPException as error:
        raise BadPayload(f"the multipart form cannot be read: {error.description}") from None
    if "json" in form:
        return json_codec.to_content(method, form["json"].encode(), largest)
    if "json" in files:
        return json_codec.to_content(method, files["json"].read(), largest)
    texts = {key: form[key] for key in _PARTS if key in form}
    texts.update((key, _text(key, files[key].read())) for key in _PARTS if key in files)
    if not texts:
        raise BadPayload(_NOTHING)
    return json_codec.parts_to_request(method, texts, largest)


def _text(key: str, file: bytes) -> str:
    if key == "binData":
        return base64.b64encode(file).decode()
    try:
        return file.decode()
    except UnicodeDecodeError as error:
        raise BadPayload(f"form part '{key}': UTF-8 text expected ({error})") from None
