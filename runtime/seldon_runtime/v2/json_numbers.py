"""JSON whose tensors' numbers go straight from its text into ndarrays, as `codec.json_arrays` does for Seldon's."""

from __future__ import annotations

import math
import os
import re
from typing import Any

import numpy as np
from seldon_component.errors import BadPayload

from ..codec import json_arrays, json_codec

_SMALL = 2048  # bytes; below, the general parser is as fast
_MOST_ARRAYS = 64  # that are read at once; each takes longer than the general parser does for a short one
_DATA = re.compile(rb'"data"\s{0,64}:\s{0,64}(?P<list>\[\s{0,64}(?P<row>\[\s{0,64})?[-\dN])')
_MARK = os.urandom(16).hex()  # no body can hold it by intent
_EXACT = 2.0**53  # a double has each integer up to here
_INTEGERS = ("INT", "UINT")


def parse(body: bytes | bytearray, largest: float = math.inf) -> Any:
    """The JSON value; an ndarray of int64 or float64 in the place of an input's `data`, if these are numbers.

    largest: bytes that a body may have. Raises BadPayload and TooLarge.
    """
    value = _parse_quickly(body, largest) if len(body) > _SMALL else None
    return json_codec.parse_plain(body, largest) if value is None else value


def _parse_quickly(body: bytes | bytearray, largest: float) -> Any:
    """None for JSON that only the general parser reads rightly, or that is wrong."""
    places = _places(body)
    if not places:
        return None
    parts: list[bytes | bytearray] = []
    at = 0
    for number, (start, end, _) in enumerate(places):
        parts += [body[at:start], b'"%b"' % _mark(number).encode()]
        at = end
    try:
        value = json_codec.parse_plain(b"".join([*parts, body[at:]]), largest)
        return value if _put(value, body, places, largest) == len(places) else None
    except (BadPayload, json_arrays.NotNumbers):
        return None


def _mark(number: int) -> str:
    return f"{_MARK}{number}"


def _places(body: bytes | bytearray) -> list[tuple[int, int, bool]]:
    """Where lists of numbers, or of rows of them, begin and end."""
    places: list[tuple[int, int, bool]] = []
    at = 0
    while found := _DATA.search(body, at):
        at = json_arrays.end_of(body, found)
        if not at or len(places) == _MOST_ARRAYS:
            return []
        places.append((found.start("list"), at, found["row"] is not None))
    return places


def _put(value: Any, body: bytes | bytearray, places: list[tuple[int, int, bool]], largest: float) -> int:
    """Replace the marks of the inputs by the numbers. Returns how many there were. Raises NotNumbers."""
    inputs = value.get("inputs") if isinstance(value, dict) else None
    marks = {_mark(number): place for number, place in enumerate(places)}
    count = 0
    for tensor in inputs if isinstance(inputs, list) else ():
        data = tensor.get("data") if isinstance(tensor, dict) else None
        place = marks.get(data) if isinstance(data, str) else None
        if place is not None:
            tensor["data"] = _numbers(body, place, str(tensor.get("datatype")), largest)
            count += 1
    return count


def _numbers(body: bytes | bytearray, place: tuple[int, int, bool], datatype: str, largest: float) -> np.ndarray:
    array = json_arrays.read_numbers(body, *place, largest)
    if array.dtype.kind == "f" and datatype.startswith(_INTEGERS) and json_arrays.largest_of(array) >= _EXACT:
        raise json_arrays.NotNumbers  # an integer beside a float may have lost digits
    return array
