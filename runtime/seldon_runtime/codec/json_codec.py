"""SeldonMessage as JSON <-> Payload (docs/protocol.md, "Messages")."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import orjson
from seldon_component.codec import message
from seldon_component.errors import BadPayload, CallError
from seldon_component.payload import Payload

from ..messages import Content
from . import json_arrays
from .density import check_json

# method -> the meaning of its decoded body; every other method takes one message
_READERS: dict[str, Callable[[Any], Content]] = {
    "aggregate": message.to_payloads,
    "send_feedback": message.to_feedback,
}
_ONE_MESSAGE: Callable[[Any], Content] = message.to_payload
# orjson reads integers beyond 64 bits as floats; looking for as many digits, whichever they are, is cheap like this
_EVERY_DIGIT_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
_MANY_DIGITS = b"0" * 19
_DIGITS = re.compile(rb"0+")
_BEHIND_INTEGER_PART = (b".", b"e", b"E")
_TEXT_KEYS = ("strData", "binData")
_MESSAGE_KEYS = ("request", "response", "truth")
_FAILURE, _NO_CODE = 1, -1
_PLAIN = orjson.OPT_PASSTHROUGH_SUBCLASS
_NUMPY = _PLAIN | orjson.OPT_SERIALIZE_NUMPY
_SMALL = 2048  # bytes; below, the general parser is as fast
_LARGE = 65_536  # numbers of a response; an array of more is encoded in pieces of as many


def parse(body: bytes | bytearray, largest: float = math.inf) -> Any:
    """The JSON value in `body`, the numbers of a large message in an ndarray already. Raises BadPayload and TooLarge.

    Bare NaN and Infinity, and integers of any size, are read as well.
    largest: bytes that a body may have, which limit the memory of what is in it, too.
    """
    if len(body) <= _SMALL:
        return parse_plain(body, largest)
    message = json_arrays.parse(body, partial(parse_plain, largest=largest), largest)
    return parse_plain(body, largest) if message is None else message


def parse_plain(body: bytes | bytearray, largest: float = math.inf) -> Any:
    """The JSON value in `body`, without an ndarray in it. See `parse`."""
    check_json(body, largest)
    if not _has_huge_integer(body):
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


def _has_huge_integer(body: bytes | bytearray) -> bool:
    """Whether an integer may have more than 64 bits. Also true for as many digits in a text."""
    zeros = body.translate(_EVERY_DIGIT_ZERO)
    at = zeros.find(_MANY_DIGITS)
    while at >= 0 and (digits := _DIGITS.match(zeros, at)):
        end = digits.end()
        if zeros[max(at - 1, 0) : at] != b"." and zeros[end : end + 1] not in _BEHIND_INTEGER_PART:
            return True
        at = zeros.find(_MANY_DIGITS, end)
    return False


def to_content(method: str, body: bytes | bytearray, largest: float = math.inf) -> Content:
    """The content of a request to `method`, from its JSON. See `parse`."""
    return _READERS.get(method, _ONE_MESSAGE)(parse(body, largest))


def parts_to_request(method: str, parts: dict[str, str], largest: float = math.inf) -> Content:
    """The same from the parts of a form: the text of strData, the base64 of binData, JSON of every other key."""
    decoded = {
        key: part if key in _TEXT_KEYS else _parse_part(key, part.encode(), largest) for key, part in parts.items()
    }
    return _READERS.get(method, _ONE_MESSAGE)(decoded)


def _parse_part(key: str, part: bytes, largest: float) -> Any:
    """Only a part that is a message may have its numbers in an ndarray: a value of jsonData only looks like one."""
    try:
        return parse(part, largest) if key in _MESSAGE_KEYS else parse_plain(part, largest)
    except BadPayload as error:
        raise BadPayload(f"form part '{key}': {error}") from None


def encode(payload: Payload, nan_literal: bool = False) -> bytes:
    """The answer's JSON. NaN and infinities are null, or the historical bare words with `nan_literal`."""
    is_large = isinstance(payload.data, np.ndarray) and payload.data.size > _LARGE
    return dump(message.from_payload(payload), nan_literal, is_large)


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


def dump(value: Any, nan_literal: bool = False, is_large: bool = False) -> bytes:
    """JSON of plain values and ndarrays. is_large: whether an array is large."""
    if not nan_literal:
        try:
            return orjson.dumps(
                value, default=_in_pieces if is_large else _array, option=_PLAIN if is_large else _NUMPY
            )
        except TypeError:
            pass  # an integer beyond 64 bits, or half of a surrogate pair
    return json.dumps(_plain(value, nan_literal), separators=(",", ":")).encode()


def _array(array: np.ndarray) -> Any:
    return array.tolist()


def _in_pieces(value: Any) -> orjson.Fragment:
    """The JSON of an array, a large one in pieces: orjson holds the interpreter's lock, and others run between them."""
    if not isinstance(value, np.ndarray) or value.size <= _LARGE:
        return orjson.Fragment(orjson.dumps(value, default=_array, option=_NUMPY))
    return orjson.Fragment(b"[%b]" % b",".join(_pieces_of(value)))


def _pieces_of(array: np.ndarray) -> Iterator[bytes]:
    """What is between the brackets of a large array."""
    rows = max(_LARGE * len(array) // array.size, 1)
    for at in range(0, len(array), rows):
        piece = array[at : at + rows]
        if piece.size <= 2 * _LARGE:
            yield orjson.dumps(piece, default=_array, option=_NUMPY)[1:-1]
        else:
            yield b"[%b]" % b",".join(_pieces_of(piece[0]))


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
