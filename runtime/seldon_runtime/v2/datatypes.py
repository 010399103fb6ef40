"""The datatypes of the Open Inference Protocol: one table for all wires, and the values that each can have."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from seldon_component.codec.arrays import describe
from seldon_component.errors import BadPayload


class Datatype(NamedTuple):
    """size: bytes of an element on a binary wire; 0: each element has a length of its own.

    dtype: of the ndarray that has the elements. values: what the elements are, in the words of an error.
    """

    name: str
    size: int
    dtype: np.dtype
    values: str


def _limits_of(dtype: np.dtype) -> tuple[float, float]:
    if dtype.kind == "f":
        return float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


_TABLE = (
    Datatype("BOOL", 1, np.dtype(bool), "true or false"),
    Datatype("UINT8", 1, np.dtype(np.uint8), "an integer from 0 to 255"),
    Datatype("UINT16", 2, np.dtype(np.uint16), "an integer from 0 to 65535"),
    Datatype("UINT32", 4, np.dtype(np.uint32), "an integer from 0 to 4294967295"),
    Datatype("UINT64", 8, np.dtype(np.uint64), "an integer from 0 to 18446744073709551615"),
    Datatype("INT8", 1, np.dtype(np.int8), "an integer from -128 to 127"),
    Datatype("INT16", 2, np.dtype(np.int16), "an integer from -32768 to 32767"),
    Datatype("INT32", 4, np.dtype(np.int32), "an integer from -2147483648 to 2147483647"),
    Datatype("INT64", 8, np.dtype(np.int64), "an integer from -9223372036854775808 to 9223372036854775807"),
    Datatype("FP16", 2, np.dtype(np.float16), "a number up to 65504"),
    Datatype("FP32", 4, np.dtype(np.float32), "a number up to 3.4028235e+38"),
    Datatype("FP64", 8, np.dtype(np.float64), "a number of 64 bits"),
    Datatype("BYTES", 0, np.dtype(object), "text"),
    Datatype("BF16", 2, np.dtype(np.float32), "a number up to 3.3895314e+38"),
)
DATATYPES = {row.name: row for row in _TABLE}
BYTES, BF16 = DATATYPES["BYTES"], DATATYPES["BF16"]
RAW_ONLY = frozenset((BF16.name,))  # has no form in JSON
_NUMBERS = [row for row in _TABLE if row.dtype.kind in "iuf" and row is not BF16]
# name -> the least and the largest value
LIMITS: dict[str, tuple[float, float]] = {
    "BOOL": (0, 1),
    **{row.name: _limits_of(row.dtype) for row in _NUMBERS},
    "FP64": (-math.inf, math.inf),
}
_BY_DTYPE = {row.dtype: row for row in _TABLE if row is not BF16}


def find(name: object, field: str) -> Datatype:
    """The datatype of that name. Raises BadPayload, which names `field`."""
    found = DATATYPES.get(name) if isinstance(name, str) else None
    if found is None:
        raise BadPayload(f"{field}: expected one of {', '.join(DATATYPES)}, found {describe(name)}")
    return found


def of_dtype(dtype: np.dtype) -> Datatype | None:
    """The datatype whose elements such an array has; None for text, complex numbers and dates."""
    return _BY_DTYPE.get(dtype)


def exact(array: np.ndarray, datatype: Datatype, field: str) -> np.ndarray:
    """Booleans, integers or floats in the dtype of `datatype`, which is not BYTES. Floats are rounded to its digits.

    Raises BadPayload for the first element that is no value of the datatype. It names `field` and the element's index.
    """
    target = datatype.dtype
    if array.dtype == target:
        return array
    with np.errstate(all="ignore"):
        converted = array.astype(target)
        if target.kind == array.dtype.kind == "f" and np.isfinite(converted).all():  # for speed alone
            return converted
        wrong = _changed(array, converted)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise not_a_value(array.ravel()[at].item(), at, datatype, field)
    return converted


def not_a_value(value: object, index: int, datatype: Datatype, field: str) -> BadPayload:
    """The error of an element that is no value of the datatype. index: in row-major order."""
    return BadPayload(
        f"{field}[{index}]: expected {datatype.values} ({datatype.name}), found {describe(value)}; "
        "send such a value, or another datatype"
    )


def _changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Where the conversion has lost more than digits."""
    source, target = before.dtype.kind, after.dtype.kind
    changed: np.ndarray
    if target == "b":
        changed = (before != 0) & (before != 1)
        return changed
    if source == "b":
        return np.ones(before.shape, bool)
    if target == "f":
        return np.isinf(after) & np.isfinite(before)
    if source == "f":  # 2.0 is an integer; 2**63 and 2**64 are not, and numpy wraps them around
        limits = np.iinfo(after.dtype)
        changed = ~((before >= float(limits.min)) & (before < float(limits.max) + 1) & (np.trunc(before) == before))
        return changed
    limits = np.iinfo(after.dtype)
    changed = (before < limits.min) | (before > limits.max)
    return changed
