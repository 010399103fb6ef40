"""The binary layout of a tensor: little-endian, in row-major order, without padding.

An element of BYTES is its length in 4 bytes, and its bytes. REST has this layout behind the JSON, gRPC in
`raw_input_contents` and `raw_output_contents`.
"""

from __future__ import annotations

import math
import struct

import numpy as np
from seldon_component.codec import shapes
from seldon_component.errors import BadPayload

from .datatypes import BF16, BYTES, Datatype

Buffer = bytes | bytearray | memoryview
_LENGTH = struct.Struct("<I")


def decode(raw: Buffer, datatype: Datatype, shape: tuple[int, ...], field: str) -> np.ndarray:
    """The tensor in `raw`: a view of it, which is not always writable or aligned. BYTES and BF16 are copies.

    shape: sizes, none below 0. Raises BadPayload, which names `field`, before anything is allocated.
    """
    shapes.check(shape, field)
    if datatype is BYTES:
        return _decode_bytes(memoryview(raw), shape, field)
    count, found = math.prod(shape), len(raw)
    if found != count * datatype.size:
        raise BadPayload(
            f"{field}: expected {count * datatype.size} bytes for {datatype.name} of shape {shapes.describe(shape)}, "
            f"found {found}"
        )
    if datatype is BF16:
        return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if datatype.dtype.kind == "b":
        _check_booleans(raw, field)
    return np.frombuffer(raw, datatype.dtype).reshape(shape)


def encode(array: np.ndarray, datatype: Datatype) -> Buffer:
    """The bytes of a tensor, without a copy if it lies in one piece. BYTES: elements of bytes or text.

    array: of the datatype's dtype. BF16 is never sent.
    """
    if datatype is BYTES:
        return _encode_bytes(array)
    return memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8))


def _check_booleans(raw: Buffer, field: str) -> None:
    values = np.frombuffer(raw, np.uint8)
    if values.size and values.max() > 1:
        at = int(np.flatnonzero(values > 1)[0])
        raise BadPayload(f"{field}[{at}]: expected a byte 0 or 1 (BOOL), found {values[at]}")


def _decode_bytes(raw: memoryview, shape: tuple[int, ...], field: str) -> np.ndarray:
    """An object array of bytes."""
    count = math.prod(shape)
    if count * _LENGTH.size > len(raw):
        raise BadPayload(
            f"{field}: expected {count} elements (BYTES, shape {shapes.describe(shape)}), each behind its length in "
            f"4 bytes, found {len(raw)} bytes"
        )
    array = np.empty(count, object)
    at = 0
    for index in range(count):
        if at + _LENGTH.size > len(raw):
            raise BadPayload(f"{field}[{index}]: expected a length in 4 bytes, found {len(raw) - at} bytes")
        start = at + _LENGTH.size
        at = start + _LENGTH.unpack_from(raw, at)[0]
        if at > len(raw):
            raise BadPayload(f"{field}[{index}]: expected {at - start} bytes, found {len(raw) - start}")
        array[index] = bytes(raw[start:at])
    if at != len(raw):
        raise BadPayload(f"{field}: expected {count} elements (BYTES), found {len(raw) - at} more bytes behind them")
    return array.reshape(shape)


def _encode_bytes(array: np.ndarray) -> bytes:
    parts = []
    for element in array.ravel().tolist():
        content = element.encode() if isinstance(element, str) else element
        parts += [_LENGTH.pack(len(content)), content]
    return b"".join(parts)
