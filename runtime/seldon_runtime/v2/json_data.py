"""The `data` of a tensor in JSON -> ndarray: flat or nested, each element checked."""

from __future__ import annotations

import math
from itertools import chain
from typing import Any

import numpy as np
from seldon_component.codec import arrays, shapes
from seldon_component.errors import BadPayload

from . import datatypes
from .datatypes import BYTES, RAW_ONLY, Datatype
from .to_payload import arrays_of_objects

_NUMBERS = frozenset((int, float))
_NUMBERS_AND_NULL = _NUMBERS | {type(None)}
# kind of the dtype -> the types of JSON that its elements may have
_TYPES: dict[str, frozenset[type]] = {
    "b": frozenset((bool, int, float)),
    "i": _NUMBERS,
    "u": _NUMBERS,
    "f": _NUMBERS_AND_NULL,
    "O": frozenset((str,)),
}


def to_array(data: Any, datatype: Datatype, shape: tuple[int, ...], field: str) -> np.ndarray:
    """The tensor. data: a list, or the numbers of one in an ndarray of int64 or float64. Raises BadPayload."""
    if datatype.name in RAW_ONLY:
        raise BadPayload(f"{field}: expected binary data, because {datatype.name} has no form in JSON; found JSON")
    where = f"{field}: data"
    shapes.check(shape, f"{field}: shape")
    if isinstance(data, np.ndarray):
        _check_shape(data.shape, shape, where)
        return datatypes.exact(data, datatype, where).reshape(shape)
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list, found {arrays.describe(data)}")
    return _from_flat(_flat(data, shape, where), datatype, where).reshape(shape)


def _check_shape(found: tuple[int, ...], shape: tuple[int, ...], where: str) -> None:
    """Raises BadPayload unless the data are flat and as many as `shape` has, or nested just so."""
    if found != shape and (len(found) > 1 or found != (math.prod(shape),)):
        expected = f"{math.prod(shape)} elements for the shape {shapes.describe(shape)}"
        words = f"lists of shape {shapes.describe(found)}" if len(found) > 1 else f"{found[0]}"
        raise BadPayload(f"{where}: expected {expected}, found {words}")


def _flat(data: list[Any], shape: tuple[int, ...], where: str) -> list[Any]:
    if not data or not isinstance(data[0], list):
        _check_shape((len(data),), shape, where)
        return data
    found = arrays.shape_of(data, where)
    _check_shape(found, shape, where)
    for _ in found[1:]:
        data = list(chain.from_iterable(data))
    return data


def _from_flat(flat: list[Any], datatype: Datatype, where: str) -> np.ndarray:
    kinds = set(map(type, flat))
    if not kinds <= _TYPES[datatype.dtype.kind]:
        at = next(index for index, value in enumerate(flat) if type(value) not in _TYPES[datatype.dtype.kind])
        raise datatypes.not_a_value(flat[at], at, datatype, where)
    if datatype is BYTES:
        return arrays_of_objects(flat, (len(flat),))
    if datatype.dtype.kind == "f":
        return _floats(flat, datatype, where)
    if float in kinds:
        flat = [_whole(value, index, datatype, where) for index, value in enumerate(flat)]
    return _integers(flat, datatype, where)


def _floats(flat: list[Any], datatype: Datatype, where: str) -> np.ndarray:
    """null is NaN."""
    try:
        array = np.array(flat, np.float64)
    except OverflowError:
        at = next(index for index, value in enumerate(flat) if type(value) is int and abs(value) >= 2**1024)
        raise datatypes.not_a_value(flat[at], at, datatype, where) from None
    return datatypes.exact(array, datatype, where)


def _whole(value: Any, index: int, datatype: Datatype, where: str) -> int:
    if not math.isfinite(value) or value != int(value):
        raise datatypes.not_a_value(value, index, datatype, where)
    return int(value)


def _integers(flat: list[int], datatype: Datatype, where: str) -> np.ndarray:
    """Integers and booleans of any size."""
    for dtype in (np.int64, np.uint64):
        try:
            return datatypes.exact(np.array(flat, dtype), datatype, where)
        except OverflowError:
            pass  # an integer beyond this dtype
    limits = np.iinfo(datatype.dtype) if datatype.dtype.kind in "iu" else np.iinfo(np.uint8)
    at = next(index for index, value in enumerate(flat) if not limits.min <= value <= limits.max)
    raise datatypes.not_a_value(flat[at], at, datatype, where)
