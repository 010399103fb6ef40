"""A tensor's SeldonMessage as protobuf bytes, its doubles copied at once instead of one by one.

A shortcut, with no meaning of its own: it knows the plain spelling of a tensor (each field once, values packed, varints
of the fewest bytes), and leaves every other one, and whatever stands beside the data, to the general codec.
https://protobuf.dev/programming-guides/encoding/ describes the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from seldon_component import arrays
from seldon_component.payload import TENSOR, Payload

# a field's number << 3 | 2, the wire type of all that has a length (prediction.proto)
_STATUS, _META, _DATA = 0x0A, 0x12, 0x1A  # of SeldonMessage
_NAMES, _TENSOR = 0x0A, 0x12  # of DefaultData
_SHAPE, _VALUES = 0x0A, 0x12  # of Tensor
_DOUBLE = np.dtype("<f8")
_LARGEST_SHAPE = 2**31
_LARGEST_VALUES = 2**30  # bytes; a message has at most twice as many

_Span = tuple[int, int]


class _Unusual(Exception):
    """The general codec's."""


def read(body: bytes, read_rest: Callable[[bytes], Payload]) -> Payload | None:
    """The Payload of a message whose data is a tensor: float64, in memory of its own. None for the general codec's.

    `read_rest` reads the message without its data. Raises BadPayload for a shape that does not fit.
    """
    try:
        data, rest = _split(body)
        names, tensor = _default_data(body, *data)
        shape, values = _tensor(body, *tensor)
    except (_Unusual, IndexError, UnicodeDecodeError):
        return None
    payload = read_rest(rest) if rest else Payload()
    flat = np.frombuffer(body, _DOUBLE, (values[1] - values[0]) // _DOUBLE.itemsize, values[0]).astype(np.float64)
    payload.kind, payload.names = TENSOR, names
    payload.data = arrays.from_values(flat, shape, "data.tensor")
    return payload


def _split(body: bytes) -> tuple[_Span, bytes]:
    """Where the data is, and the bytes of the message without it."""
    data: _Span | None = None
    rest, at = b"", 0
    for tag, start, end in _fields(body, 0, len(body)):
        if tag == _DATA and data is None:
            data = (start, end)
        elif tag == _STATUS or tag == _META and start < end:
            rest += body[at:end]
        elif tag != _META:
            raise _Unusual
        at = end
    if data is None:
        raise _Unusual
    return data, rest


def _default_data(body: bytes, start: int, end: int) -> tuple[list[str], _Span]:
    names: list[str] = []
    tensor: _Span | None = None
    for tag, first, last in _fields(body, start, end):
        if tag == _NAMES:
            names.append(body[first:last].decode())
        elif tag == _TENSOR and tensor is None:
            tensor = (first, last)
        else:
            raise _Unusual
    if tensor is None:
        raise _Unusual
    return names, tensor


def _tensor(body: bytes, start: int, end: int) -> tuple[list[int], _Span]:
    """Sizes, and where the values are."""
    spans: dict[int, _Span | None] = {_SHAPE: None, _VALUES: None}
    for tag, first, last in _fields(body, start, end):
        if tag not in spans or spans[tag]:
            raise _Unusual
        spans[tag] = (first, last)
    shape, values = spans[_SHAPE], spans[_VALUES]
    if not shape or not values or (values[1] - values[0]) % _DOUBLE.itemsize:
        raise _Unusual
    return _sizes(body, *shape), values


def _sizes(body: bytes, at: int, end: int) -> list[int]:
    sizes: list[int] = []
    while at < end:
        size, at = _varint(body, at)
        sizes.append(size)
    if at > end or any(size >= _LARGEST_SHAPE for size in sizes):
        raise _Unusual
    return sizes


def _fields(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(first byte, start of the content, its end) of each field, taking all of them to have a length.

    Of a field that has none, or has a number beyond 15, the first byte is none that a caller knows.
    """
    while at < end:
        tag = body[at]
        length, start = _varint(body, at + 1)
        at = start + length
        if at > end:
            raise _Unusual
        yield tag, start, at


def _varint(body: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where it ends."""
    value = shift = 0
    while body[at] & 0x80:
        value |= (body[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if shift > 28:  # five bytes hold 32 bits
            raise _Unusual
    if shift and not body[at]:
        raise _Unusual
    return value | body[at] << shift, at + 1


def write(payload: Payload, write_rest: Callable[[Payload], bytes]) -> bytes | None:
    """The message of a tensor of numbers, the general codec's byte for byte. None for what is the general codec's.

    `write_rest` writes a Payload without data. Raises what it raises.
    """
    array = payload.data
    if payload.kind != TENSOR or array.dtype.kind not in "iuf" or array.size * _DOUBLE.itemsize > _LARGEST_VALUES:
        return None
    try:
        names = b"".join([_field(_NAMES, name.encode()) for name in payload.names])
    except UnicodeEncodeError:
        return None
    values = np.ascontiguousarray(array, _DOUBLE)
    tensor = _field(_SHAPE, b"".join(map(_as_varint, array.shape))) if array.ndim else b""
    if values.nbytes:
        tensor += _head(_VALUES, values.nbytes)
    data = names + _head(_TENSOR, len(tensor) + values.nbytes) + tensor
    rest = write_rest(Payload(meta=payload.meta, status=payload.status))
    return b"".join([rest, _head(_DATA, len(data) + values.nbytes), data, values.data])


def _field(tag: int, content: bytes) -> bytes:
    return _head(tag, len(content)) + content


def _head(tag: int, length: int) -> bytes:
    return bytes([tag]) + _as_varint(length)


def _as_varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)
