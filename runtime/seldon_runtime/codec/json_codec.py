"""SeldonMessage as JSON <-> Payload (docs/protocol.md, "Messages")."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
from seldon_component.codec import message
from seldon_component.errors import BadPayload, CallError
from seldon_component.payload import Payload

from ..messages import Content
from . import json_arrays

# method -> the meaning of its decoded body; every other method takes one message
_READERS: dict[str, Callable[[Any], Content]] = {
    "aggregate": message.to_payloads,
    "send_feedback": message.to_feedback,
}
# orjson reads integers beyond 64 bits as floats; looking for as many digits, whichever they are, is cheap like this
_EVERY_DIGIT_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
_HUGE_INTEGER = b"0" * 19
_TEXT_KEYS = ("strData", "binData")
_MESSAGE_KEYS = ("request", "response", "truth")
_FAILURE, _NO_CODE = 1, -1
_SMALL = 2048  # bytes; below, the general parser is as fast


def parse(body: bytes | bytearray) -> Any:
    """The JSON value in `body`, the numbers of a large message in an ndarray already. Raises BadPayload.

    Bare NaN and Infinity, and integers of any size, are read as well.
    """
    message = json_arrays.parse(body, parse_plain) if len(body) > _SMALL else None
    return parse_plain(body) if message is None else message


def parse_plain(body: bytes | bytearray) -> Any:
    """The JSON value in `body`, without an ndarray in it. Raises BadPayload."""
    if _HUGE_INTEGER not in body.translate(_EVERY_DIGIT_ZERO):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass  # what is left is wrong, or one of the rarities that only the standard library takes
    try:
        return json.loads(body)
    except RecursionError:
        raise BadPayload("the body is nested too deeply") from None
    except ValueError as error:
        raise BadPayload(f"the body is not JSON: {error}") from None


def to_content(method: str, body: bytes | bytearray) -> Content:
    """The content of a request to `method`, from its JSON. Raises BadPayload."""
    return _to_content(method, parse(body))


def parts_to_request(method: str, parts: dict[str, str]) -> Content:
    """The same from the parts of a form: the text of strData, the base64 of binData, JSON of every other key."""
    decoded = {key: part if key in _TEXT_KEYS else _parse_part(key, part.encode()) for key, part in parts.items()}
    return _to_content(method, decoded)


def _parse_part(key: str, part: bytes) -> Any:
    """Only a part that is a message may have its numbers in an ndarray: a value of jsonData only looks like one."""
    try:
        return parse(part) if key in _MESSAGE_KEYS else parse_plain(part)
    except BadPayload as error:
        raise BadPayload(f"form part '{key}': {error}") from None


def _to_content(method: str, decoded: Any) -> Content:
    read: Callable[[Any], Content] = _READERS.get(method, message.to_payload)
    return read(decoded)


def encode(payload: Payload, nan_literal: bool = False) -> bytes:
    """The answer's JSON. NaN and infinities are null, or the historical bare words with `nan_literal`."""
    return dump(message.from_payload(payload), nan_literal)


def encode_content(content: Content) -> bytes:
    """The JSON of what a client asks: a message, a list of them or a feedback."""
    if isinstance(content, list):
        return dump({"seldonMessages": [message.from_payload(one) for one in content]})
    if isinstance(content, Payload):
        return encode(content)
    parts = {"request": content.request, "response": content.response, "truth": content.truth}
    texts = {key: message.from_payload(part) for key, part in parts.items()}
    return dump({**texts, "reward": content.reward})


def encode_error(error: CallError) -> bytes:
    """The error's JSON: the body of the user's own exception, or a Status."""
    status = {"status": {"status": _FAILURE, "code": _NO_CODE, "reason": error.reason, "info": str(error)}}
    return dump(error.body or status)


def dump(value: Any, nan_literal: bool = False) -> bytes:
    """JSON of plain values and ndarrays."""
    if not nan_literal:
        try:
            return orjson.dumps(
                value, default=_array, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_SUBCLASS
            )
        except TypeError:
            pass  # an integer beyond 64 bits, or half of a surrogate pair
    return json.dumps(_plain(value, nan_literal), separators=(",", ":")).encode()


def _array(array: np.ndarray) -> Any:
    return array.tolist()


def _plain(value: Any, nan_literal: bool) -> Any:
    if isinstance(value, np.ndarray):
        return _plain(value.tolist(), nan_literal)
    if isinstance(value, float) and not nan_literal:
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(element, nan_literal) for element in value]
    if isinstance(value, dict):
        return {key: _plain(element, nan_literal) for key, element in value.items()}
    return value
