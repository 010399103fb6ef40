"""Requests and responses of V1 as JSON <-> Payload: `{"instances": [...]}` and `{"predictions": [...]}`.

docs/protocol.md, "KServe's V1", has the rules.
"""

from __future__ import annotations

import base64
import math
import os
import re
from typing import Any

import numpy as np
from seldon_component.codec import arrays
from seldon_component.codec.arrays import describe
from seldon_component.errors import BadPayload, CallError, ModelError
from seldon_component.payload import ARRAY_KINDS, BINDATA, CUSTOMDATA, JSONDATA, NDARRAY, STRDATA, Payload

from ..codec import json_arrays, json_codec

_KEYS = ("inputs", "instances")  # KServe looks at them in this order
_PREDICTIONS = "predictions"
_EVENT_DATA = "data"  # where a structured CloudEvent has the message
_SMALL = 2048  # bytes; below, the general parser is as fast
_LARGE = 65_536  # numbers of a response; those of more are written in pieces
_NUMBERS = re.compile(rb'"(?:instances|inputs)"\s{0,64}:\s{0,64}(?P<list>\[\s{0,64}(?P<row>\[\s{0,64})?[-\dN])')
_MARK = os.urandom(16).hex()  # no body can hold it by intent


def parse(body: bytes | bytearray, largest: float = math.inf) -> Any:
    """The JSON value in `body`, the instances of a large one in an ndarray already if they are numbers.

    largest: bytes that a body may have. Raises BadPayload and TooLarge.
    """
    value = _parse_quickly(body, largest) if len(body) > _SMALL else None
    return json_codec.parse_plain(body, largest) if value is None else value


def _parse_quickly(body: bytes | bytearray, largest: float) -> Any:
    """None for JSON that only the general parser reads rightly, or that is wrong."""
    found = _NUMBERS.search(body)
    end = found and json_arrays.end_of(body, found)
    if not found or not end:
        return None
    start = found.start("list")
    try:
        value = json_codec.parse_plain(bytes(body[:start]) + b'"%b"' % _MARK.encode() + body[end:], largest)
        place = _place_of_mark(value)
        if place is None:
            return None
        message, key = place
        message[key] = json_arrays.read_numbers(body, start, end, found["row"] is not None, largest)
    except (BadPayload, json_arrays.NotNumbers):
        return None
    return value


def _place_of_mark(value: Any) -> tuple[dict[str, Any], str] | None:
    """The message that has the mark for its instances, and their key."""
    for message in (value, value.get(_EVENT_DATA)) if isinstance(value, dict) else ():
        for key in _KEYS:
            if isinstance(message, dict) and message.get(key) == _MARK:
                return message, key
    return None


def to_payload(message: Any) -> Payload:
    """The Payload of a request. Raises BadPayload."""
    if not isinstance(message, dict):
        raise BadPayload(f"message: expected an object, found {describe(message)}")
    key = next((key for key in _KEYS if message.get(key) is not None), None)
    if key is None:
        found = ", ".join(sorted(message)) or "an empty object"
        raise BadPayload(f"message: expected instances, found {found}")
    instances = message[key]
    if isinstance(instances, list) and instances and all(isinstance(row, dict) for row in instances):
        rows, names = _table(instances, key)
        return Payload(NDARRAY, arrays.from_nested(rows, key), names)
    return Payload(NDARRAY, arrays.from_nested(instances, key))


def _table(instances: list[dict[str, Any]], field: str) -> tuple[list[list[Any]], list[str]]:
    """Rows and the names of their columns. Each instance is one row, or some rows as a list for each column."""
    names = list(instances[0])
    rows: list[list[Any]] = []
    for index, instance in enumerate(instances):
        if instance.keys() != instances[0].keys():
            raise BadPayload(
                f"{field}[{index}]: expected the columns of {field}[0], {', '.join(names)}, found {', '.join(instance)}"
            )
        columns = [instance[name] for name in names]
        if columns and all(isinstance(column, list) for column in columns):
            if len({len(column) for column in columns}) > 1:
                raise BadPayload(f"{field}[{index}]: expected lists of one length, found {list(map(len, columns))}")
            rows += map(list, zip(*columns, strict=True))
        else:
            rows.append(columns)
    return rows, names


def write(payload: Payload, nan_literal: bool = False) -> bytes:
    """The JSON of a response. nan_literal: bare words for NaN and infinities. Raises CallError."""
    code = (payload.status or {}).get("code")
    if isinstance(code, int) and 400 <= code <= 599:  # a hook for whole messages may return an error as a status
        status = payload.status or {}
        raise CallError(status.get("info") or status.get("reason") or "the class returned a status", code)
    message = _message(payload)
    is_large = isinstance(payload.data, np.ndarray) and payload.data.size > _LARGE
    return json_codec.dump(message, nan_literal, is_large)


def _message(payload: Payload) -> dict[str, Any]:
    data = payload.data
    if payload.kind == JSONDATA and isinstance(data, dict) and _PREDICTIONS in data:
        return data
    return {_PREDICTIONS: _predictions(payload)}


def _predictions(payload: Payload) -> Any:
    kind, data = payload.kind, payload.data
    if kind in ARRAY_KINDS:
        is_narrow = data.dtype.kind == "f" and data.itemsize < 8
        return data.astype(float) if is_narrow else data  # all digits of a narrow float, as KServe sends them
    if kind == STRDATA:
        return [data]
    if kind == BINDATA:
        return [base64.b64encode(data).decode("ascii")]
    if kind == CUSTOMDATA:
        raise ModelError("customData can be sent over gRPC only")
    return [] if kind is None else data
