"""Where in an HTTP request the message stands (wire.md, «The message»)."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import parse_qs

from seldon_component.errors import BadPayload

from ..codec import json_codec
from .body import read_body
from .protocol import Environ

_URLENCODED = "application/x-www-form-urlencoded"
_NOTHING = "no message found: send it as a JSON body, or as the form field or query argument 'json'"
_TEXT_PARTS = ("strData", "binData")
_JSON_PARTS = ("data", "jsonData", "meta", "status", "request", "response", "reward", "truth", "seldonMessages")


def read_message(environ: Environ, max_body_bytes: int) -> Any:
    """The decoded JSON value of a request, wherever it stands. Raises BadPayload and TooLarge."""
    body = read_body(environ, max_body_bytes)
    content_type = environ.get("CONTENT_TYPE", "").lower()
    if content_type.startswith("multipart/form-data"):
        return _from_parts(environ, body)
    if content_type.startswith(_URLENCODED) and body[:99].lstrip()[:1] not in (
        b"{",
        b"[",
    ):  # curl -d says so of JSON, too
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        if "json" in fields:
            return json_codec.parse(fields["json"][0].encode())
    if environ.get("QUERY_STRING"):
        arguments = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
        if "json" in arguments:
            return json_codec.parse(arguments["json"][0].encode())
    if not body:
        raise BadPayload(_NOTHING)
    return json_codec.parse(body)


def _from_parts(environ: Environ, body: bytes) -> Any:
    """The message of a multipart form: a part `json`, or parts named like the message's own keys."""
    # imported here: hardly any message comes like this, and the first one of the others need not wait for it
    from werkzeug.exceptions import HTTPException
    from werkzeug.wrappers import Request

    request = Request({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    request.max_form_memory_size = None  # MAX_BODY_BYTES has been checked
    try:
        form, files = request.form, request.files
    except HTTPException as error:
        raise BadPayload(f"the multipart form cannot be read: {error.description}") from None
    if "json" in form:
        return json_codec.parse(form["json"].encode())
    message: dict[str, Any] = {key: form[key] for key in _TEXT_PARTS if key in form}
    message.update((key, _part(key, form[key])) for key in _JSON_PARTS if key in form)
    message.update((key, _file(key, files[key].read())) for key in (*_TEXT_PARTS, *_JSON_PARTS) if key in files)
    if not message:
        raise BadPayload(_NOTHING)
    return message


def _file(key: str, content: bytes) -> Any:
    if key == "binData":
        return base64.b64encode(content).decode()
    return _text(content) if key == "strData" else _part(key, content.decode("utf-8", "replace"))


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
