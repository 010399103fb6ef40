"""The fast path for a Tensor: protobuf bytes <-> array.

It reads all doubles at once, without a copy of them. A part of `proto_array`.
"""

from __future__ import annotations

import numpy as np
from seldon_component.codec import arrays
from seldon_component.errors import BadPayload

from .proto_fields import Unusual, as_varint, field, fields, head, varint

_SHAPE, _VALUES = 0x0A, 0x12  # a field's number << 3 | 2 (prediction.proto)
_DOUBLE = np.dtype("<f8")
_SIZE_LIMIT = 2**31  # a size is a positive int32


def read(body: bytes, start: int, end: int) -> np.ndarray:
    """The tensor between two positions of the body: float64, a view of it. Raises Unusual or IndexError."""
    spans: dict[int, tuple[int, int] | None] = {_SHAPE: None, _VALUES: None}
    for tag, first, last in fields(body, start, end):
        if tag not in spans or spans[tag]:
            raise Unusual
        spans[tag] = (first, last)
    shape, values = spans[_SHAPE], spans[_VALUES]
    if not shape or not values or (values[1] - values[0]) % _DOUBLE.itemsize:
        raise Unusual
    sizes = _sizes(body, *shape)
    flat = np.frombuffer(body, _DOUBLE, (values[1] - values[0]) // _DOUBLE.itemsize, values[0])
    try:
        tensor: np.ndarray = arrays.from_values(flat.astype(np.float64, copy=False), sizes, "")
    except BadPayload:
        raise Unusual from None
    return tensor


def _sizes(body: bytes, at: int, end: int) -> list[int]:
    sizes: list[int] = []
    while at < end:
        size, at = varint(body, at)
        sizes.append(size)
    if at > end or any(size >= _SIZE_LIMIT for size in sizes):
        raise Unusual
    return sizes


def write(array: np.ndarray) -> tuple[bytes, np.ndarray]:
    """The tensor of an array of numbers: the bytes before its values, and the values."""
    values = np.ascontiguousarray(array, _DOUBLE)
    shape = field(_SHAPE, b"".join(map(as_varint, array.shape))) if array.ndim else b""
    return shape + head(_VALUES, values.nbytes) if values.nbytes else shape, values
