"""A SeldonMessage with a tensor or an ndarray of numbers as protobuf bytes <-> Payload, with no Python object a number.

A shortcut, with no meaning of its own: it knows the plain spelling of the data, and leaves every other one, and
whatever stands beside the data, to the general codec.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from seldon_component.payload import NDARRAY, TENSOR, Payload

from . import proto_rows, proto_tensor
from .proto_fields import Unusual, field, fields, head, varint

_Reader = Callable[[bytes, int, int], np.ndarray]
_Writer = Callable[[np.ndarray], tuple[bytes, np.ndarray]]

# a field's number << 3 | 2, the wire type of all that has a length (prediction.proto)
_STATUS, _META, _DATA = 0x0A, 0x12, 0x1A  # of SeldonMessage
_NAMES, _TENSOR, _NDARRAY = 0x0A, 0x12, 0x1A  # of DefaultData
_READERS: dict[int, tuple[str, _Reader]] = {_TENSOR: (TENSOR, proto_tensor.read), _NDARRAY: (NDARRAY, proto_rows.read)}
_WRITERS: dict[str | None, tuple[int, _Writer]] = {
    TENSOR: (_TENSOR, proto_tensor.write),
    NDARRAY: (_NDARRAY, proto_rows.write),
}
_MOST_VALUES = 2**27  # a message has at most 2 GB, and of an ndarray up to 26 bytes a number
_KEPT, _LONG, _MANY = 64, 16384, 1024  # lists of names that are remembered; bytes, and names, of one that is not


def read(body: bytes, read_rest: Callable[[bytes], Payload]) -> Payload | None:
    """The Payload of a message whose data is numbers: float64, in memory of its own. None for the general codec's.

    `read_rest` reads the message without its data.
    """
    try:
        start, end, rest = _split(body)
        at = _end_of_names(body, start, end)
        names = (_names if at - start < _LONG else _names.__wrapped__)(body[start:at])
        size, first = varint(body, at + 1)
        kind, read_array = _READERS[body[at]]
        if first + size != end:
            raise Unusual
        array = read_array(body, first, end)
    except (Unusual, IndexError, KeyError, UnicodeDecodeError):
        return None
    payload = read_rest(rest) if rest else Payload()
    payload.kind, payload.names, payload.data = kind, list(names), array
    return payload


def _split(body: bytes) -> tuple[int, int, bytes]:
    """Where the data is, and the bytes of the message without it."""
    data: tuple[int, int] | None = None
    rest, at = b"", 0
    for tag, start, end in fields(body, 0, len(body)):
        if tag == _DATA and data is None:
            data = (start, end)
        elif tag == _STATUS or tag == _META and start < end:
            rest += body[at:end]
        elif tag != _META:
            raise Unusual
        at = end
    if data is None:
        raise Unusual
    return *data, rest


def _end_of_names(body: bytes, at: int, end: int) -> int:
    """Where the array's field begins: behind the names, where protobuf writes it."""
    while at < end and body[at] == _NAMES:
        length, at = (body[at + 1], at + 2) if body[at + 1] < 0x80 else varint(body, at + 1)
        at += length
    return at


@lru_cache(_KEPT)
def _names(spelt: bytes) -> tuple[str, ...]:
    return tuple([spelt[start:end].decode() for _, start, end in fields(spelt, 0, len(spelt))])


def write(payload: Payload, write_rest: Callable[[Payload], bytes]) -> bytes | None:
    """The message of an array of numbers, the general codec's byte for byte. None for what is the general codec's.

    `write_rest` writes a Payload without data. Raises what it raises.
    """
    array = payload.data
    if payload.kind not in _WRITERS or array.dtype.kind not in "iuf" or array.size > _MOST_VALUES:
        return None
    tag, write_array = _WRITERS[payload.kind]
    try:
        names = (_spelt if len(payload.names) < _MANY else _spelt.__wrapped__)(tuple(payload.names))
        start, values = write_array(array)
    except (Unusual, UnicodeEncodeError):
        return None
    start = names + head(tag, len(start) + values.nbytes) + start
    rest = write_rest(Payload(meta=payload.meta, status=payload.status))
    return b"".join([rest, head(_DATA, len(start) + values.nbytes), start, values])


@lru_cache(_KEPT)
def _spelt(names: tuple[str, ...]) -> bytes:
    return b"".join([field(_NAMES, name.encode()) for name in names])
