"""The `data` of a tensor in JSON -> ndarray: flat or nested, each element checked."""

from __future__ import annotations

import math
from itertools import chain
from typing import Any

import numpy as np
from seldon_component.codec import arrays, shapes
from seldon_component.errors import BadPayload

from . import datatypes
from .datatypes import BYTES, DATATYPES, LIMITS, RAW_ONLY, Datatype
from .to_payload import arrays_of_objects

_INTEGER = frozenset((int,))
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


def plain_array(data: list[Any], datatype: Any, shape: list[Any]) -> np.ndarray | None:
    """A fast path for most tensors: flat floats or integers of a datatype that has them all.

    None for all other data, wrong ones included: these are for `to_array`.
    """
    row, limits = DATATYPES.get(datatype), LIMITS.get(datatype)
    if row is None or limits is None or not _INTEGER.issuperset(map(type, shape)):
        return None
    if not 0 < len(shape) <= shapes.MAX_DIMENSIONS or min(shape) < 1 or len(data) != math.prod(shape):
        return None
    kinds = {float if row.dtype.kind == "f" else int}
    if set(map(type, data)) != kinds or not (limits[0] <= min(data) and max(data) <= limits[1]):
        return None
    return np.array(data, row.dtype).reshape(shape)


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
    lowest, highest = LIMITS[datatype.name]
    if flat and not (lowest <= min(flat) and max(flat) <= highest):
        at = next(index for index, value in enumerate(flat) if not lowest <= value <= highest)
        raise datatypes.not_a_value(flat[at], at, datatype, where)
    return np.array(flat, datatype.dtype)
