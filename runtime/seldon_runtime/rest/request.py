"""Where in an HTTP request the message stands (docs/protocol.md, "REST")."""

from __future__ import annotations

import base64
from functools import lru_cache

from seldon_component.errors import BadPayload
from seldon_component.payload import BINDATA

from ..codec import json_codec
from ..http_server.protocol import HttpRequest
from ..messages import Content
from .body import read_body
from .form import Part, charset_of, json_field, parts_of

_MULTIPART, _URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
_NOTHING = "no message found: send it as a JSON body, or as the form field or query argument 'json'"
_PARTS = (
    *("strData", "binData", "data", "jsonData", "meta", "status"),
    *("request", "response", "reward", "truth", "seldonMessages"),
)
_SMALL = 65_536  # bytes; a larger body takes long enough to parse to keep other requests waiting


def is_quickly_read(request: HttpRequest) -> bool:
    """Whether `read_content` takes well below a millisecond."""
    if len(request.body) > _SMALL or b"content-encoding" in request.headers:
        return False
    return _form_of(request.headers.get(b"content-type", b"")) != _MULTIPART


def is_small(request: HttpRequest) -> bool:
    """Whether the body is one that is parsed quickly."""
    return len(request.body) <= _SMALL and b"content-encoding" not in request.headers


def read_content(method: str, request: HttpRequest, max_inflated_bytes: int) -> Content:
    """The content of a call of `method`, wherever its message stands. Raises BadPayload and TooLarge."""
    body = read_body(request, max_inflated_bytes) if b"content-encoding" in request.headers else request.body
    form = _form_of(request.headers.get(b"content-type", b""))
    if form == _MULTIPART:
        return _from_parts(method, request, body, max_inflated_bytes)
    message = _field(request, form, body) if form or request.query else None
    if message is None and not body:
        raise BadPayload(_NOTHING)
    return json_codec.to_content(method, body if message is None else message, max_inflated_bytes)


def _field(request: HttpRequest, form: str, body: bytes | bytearray) -> bytes | None:
    """The field `json` of a URL-encoded form, or of the query. form: of `_form_of`."""
    message = None
    if form and not _looks_like_json(body):
        message = json_field(body, charset_of(request.header(b"content-type")))
    return json_field(request.query) if message is None else message


@lru_cache(64)  # clients send few of them, and each request is asked for it twice
def _form_of(content_type: bytes) -> str:
    """Which of the two kinds of forms a body is, or "". content_type: the value of that header."""
    media_type = content_type.decode("latin-1").lower()
    return next((form for form in (_MULTIPART, _URLENCODED) if media_type.startswith(form)), "")


def _looks_like_json(body: bytes | bytearray) -> bool:
    """curl -d sends JSON, too, under the media type of a form."""
    return body[:99].lstrip().startswith((b"{", b"["))


def _from_parts(method: str, request: HttpRequest, body: bytes | bytearray, largest: int) -> Content:
    """The message of a multipart form: a part `json`, or parts named like the message's own keys."""
    parts = parts_of(request.header(b"content-type"), body)
    if "json" in parts:
        return json_codec.to_content(method, parts["json"].text().encode(), largest)
    texts = {key: _text(parts[key]) for key in _PARTS if key in parts}
    if not texts:
        raise BadPayload(_NOTHING)
    return json_codec.parts_to_request(method, texts, largest)


def _text(part: Part) -> str:
    """The text of a part. The bytes of a file are written as base64 where the message wants that."""
    is_binary = part.is_file and part.name == BINDATA
    return base64.b64encode(part.content).decode() if is_binary else part.text()
