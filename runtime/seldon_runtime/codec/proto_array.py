"""The fast path for a SeldonMessage with a tensor or an ndarray of numbers: protobuf bytes <-> Payload.

It reads all numbers at once and makes no Python object for each. It understands only the plain encoding of the data.
It leaves every other encoding, and every other field, to the general codec (`proto_codec`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from seldon_component.payload import NDARRAY, TENSOR, Payload

from . import proto_rows, proto_tensor
from .density import check_proto
from .proto_fields import Unusual, field, fields, head, varint

_Reader = Callable[[bytes, int, int], np.ndarray]
_Writer = Callable[[np.ndarray], tuple[bytes, np.ndarray]]

# a field's number << 3 | 2: the wire type 2 has a length (prediction.proto)
_STATUS, _META, _DATA = 0x0A, 0x12, 0x1A  # of SeldonMessage
_NAMES, _TENSOR, _NDARRAY = 0x0A, 0x12, 0x1A  # of DefaultData
_READERS: dict[int, tuple[str, _Reader]] = {_TENSOR: (TENSOR, proto_tensor.read), _NDARRAY: (NDARRAY, proto_rows.read)}
_WRITERS: dict[str | None, tuple[int, _Writer]] = {
    TENSOR: (_TENSOR, proto_tensor.write),
    NDARRAY: (_NDARRAY, proto_rows.write),
}
_MAX_VALUES = 2**27  # a message has at most 2 GB, and a number of an ndarray takes up to 26 bytes
_CACHE_SIZE = 16  # lists of names
_MAX_CACHED_BYTES = 16384  # a longer list of names is not cached: in memory it takes up to 20 times as much


def read(body: bytes, read_rest: Callable[[bytes], Payload], largest: float = math.inf) -> Payload | None:
    """The Payload of a message that has numbers: a float64 array.

    A tensor is a view of the body, which is neither writable nor always aligned. To send it on needs no copy.

    None if the general codec must read the message. `read_rest` reads the message without its data.
    largest: bytes that a request may have. Raises TooLarge.
    """
    try:
        start, end, rest = _split(body)
        at = _end_of_names(body, start, end)
        encoded = body[start:at]
        check_proto(encoded, largest, is_message=False)
        names = _read_names_cached(encoded) if at - start < _MAX_CACHED_BYTES else _read_names(encoded)
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
    """The start and the end of the data, and the bytes of the message without the data."""
    data: tuple[int, int] | None = None
    rest, at = [], 0
    for tag, start, end in fields(body, 0, len(body)):
        if tag == _DATA and data is None:
            data = (start, end)
        elif tag == _STATUS or tag == _META and start < end:
            rest.append(body[at:end])
        elif tag != _META:
            raise Unusual
        at = end
    if data is None:
        raise Unusual
    return *data, b"".join(rest)


def _end_of_names(body: bytes, at: int, end: int) -> int:
    """The start of the array's field. Protobuf writes it after the names."""
    while at < end and body[at] == _NAMES:
        length, at = (body[at + 1], at + 2) if body[at + 1] < 0x80 else varint(body, at + 1)
        at += length
    return at


def _read_names(encoded: bytes) -> tuple[str, ...]:
    return tuple([encoded[start:end].decode() for _, start, end in fields(encoded, 0, len(encoded))])


_read_names_cached = lru_cache(_CACHE_SIZE)(_read_names)


def write(payload: Payload, write_rest: Callable[[Payload], bytes]) -> bytes | None:
    """The message of a Payload that has numbers, with the same bytes as the general codec writes.

    None if the general codec must write the message. `write_rest` writes a Payload without data.
    Raises the errors of `write_rest`.
    """
    array = payload.data
    if payload.kind not in _WRITERS or array.dtype.kind not in "iuf" or array.size > _MAX_VALUES:
        return None
    tag, write_array = _WRITERS[payload.kind]
    names = tuple(payload.names)
    try:
        encoded = _written_names.get(names)
        if encoded is None:
            encoded = _write_names(names)
        start, values = write_array(array)
    except (Unusual, UnicodeEncodeError):
        return None
    start = encoded + head(tag, len(start) + values.nbytes) + start
    rest = write_rest(Payload(meta=payload.meta, status=payload.status))
    return b"".join([rest, head(_DATA, len(start) + values.nbytes), start, values])


def _write_names(names: tuple[str, ...]) -> bytes:
    """The bytes of the names, which are kept if they are few. If the cache is full, it is emptied first."""
    encoded = b"".join([field(_NAMES, name.encode()) for name in names])
    if len(encoded) < _MAX_CACHED_BYTES:
        if len(_written_names) >= _CACHE_SIZE:
            _written_names.clear()
        _written_names[names] = encoded
    return encoded


_written_names: dict[tuple[str, ...], bytes] = {}
