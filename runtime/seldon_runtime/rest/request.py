"""Where in an HTTP request the message stands (wire.md, «The message»)."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import parse_qs

from seldon_component.errors import BadPayload
from werkzeug.wrappers import Request

from ..codec import json_codec
from ..errors import TooLarge

Environ = dict[str, Any]

_URLENCODED = "application/x-www-form-urlencoded"
_TEXT_PARTS = ("strData", "binData")  # every other part of a multipart form holds JSON


def read_message(environ: Environ, max_body_bytes: int) -> Any:
    """The decoded JSON value of a request, wherever it stands. Raises BadPayload and TooLarge."""
    body = read_body(environ, max_body_bytes)
    content_type = environ.get("CONTENT_TYPE", "")
    if content_type.startswith("multipart/form-data"):
        return _from_parts(environ, body)
    if content_type.startswith(_URLENCODED) and body[:1] not in (b"{", b"["):  # curl -d says so of JSON, too
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        if "json" in fields:
            return json_codec.parse(fields["json"][0].encode())
    if environ.get("QUERY_STRING"):
        arguments = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
        if "json" in arguments:
            return json_codec.parse(arguments["json"][0].encode())
    if not body:
        raise BadPayload("no message found: send it as a JSON body, or as the form field or query argument 'json'")
    return json_codec.parse(body)


def read_body(environ: Environ, max_body_bytes: int) -> bytes:
    """The whole body. Raises TooLarge, before reading it where its length is announced."""
    length = environ.get("CONTENT_LENGTH")
    if length and int(length) > max_body_bytes:
        raise TooLarge(f"the body has {length} bytes; MAX_BODY_BYTES allows {max_body_bytes}")
    body: bytes = environ["wsgi.input"].read() if length else environ["wsgi.input"].read(max_body_bytes + 1)
    if len(body) > max_body_bytes:
        raise TooLarge(f"the body has more than the {max_body_bytes} bytes that MAX_BODY_BYTES allows")
    return body


def _from_parts(environ: Environ, body: bytes) -> Any:
    """The message of a multipart form: a part `json`, or parts named like the message's own keys."""
    request = Request({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    request.max_form_memory_size = None  # MAX_BODY_BYTES has been checked
    if "json" in request.form:
        return json_codec.parse(request.form["json"].encode())
    message: dict[str, Any] = {
        key: text if key in _TEXT_PARTS else _part(key, text) for key, text in request.form.items()
    }
    for key, file in request.files.items():
        content = file.read()
        if key == "binData":
            message[key] = base64.b64encode(content).decode()
        elif key == "strData":
            message[key] = _text(content)
        else:
            message[key] = _part(key, content.decode("utf-8", "replace"))
    return message


def _part(key: str, text: str) -> Any:
    try:
        return json_codec.parse(text.encode())
    except BadPayload as error:
        raise BadPayload(f"form part '{key}': {error}") from None


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadPayload(f"form part 'strData': UTF-8 text expected ({error})") from None
