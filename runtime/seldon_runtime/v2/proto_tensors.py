"""The `contents` of tensors, protobuf's typed fields for their elements <-> ndarray. A part of `proto_messages`.

FP16 and BF16 have no such field, so they travel as raw bytes only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from seldon_component.codec import shapes
from seldon_component.codec.arrays import of_objects
from seldon_component.errors import BadPayload

from ..codec.density import Room
from ..codec.proto_fields import field, head
from . import binary_tensors, varints
from .binary_tensors import Buffer
from .datatypes import BYTES, Datatype, exact
from .varints import Malformed
from .wire_format import EIGHT_BYTES, FOUR_BYTES, LENGTH, VARINT, fields


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of InferTensorContents. dtype: of its numbers in protobuf. unpacked: the wire type of a single one."""

    name: str
    number: int
    dtype: np.dtype
    unpacked: int
    datatypes: tuple[str, ...]


_FIELDS = (
    _Field("bool_contents", 1, np.dtype(bool), VARINT, ("BOOL",)),
    _Field("int_contents", 2, np.dtype(np.int32), VARINT, ("INT8", "INT16", "INT32")),
    _Field("int64_contents", 3, np.dtype(np.int64), VARINT, ("INT64",)),
    _Field("uint_contents", 4, np.dtype(np.uint32), VARINT, ("UINT8", "UINT16", "UINT32")),
    _Field("uint64_contents", 5, np.dtype(np.uint64), VARINT, ("UINT64",)),
    _Field("fp32_contents", 6, np.dtype("<f4"), FOUR_BYTES, ("FP32",)),
    _Field("fp64_contents", 7, np.dtype("<f8"), EIGHT_BYTES, ("FP64",)),
    _Field("bytes_contents", 8, np.dtype(object), LENGTH, ("BYTES",)),
)
_OF_DATATYPE = {datatype: row for row in _FIELDS for datatype in row.datatypes}
_OF_TAG = {row.number << 3 | wire_type: row for row in _FIELDS for wire_type in (LENGTH, row.unpacked)}
_BYTES = _OF_DATATYPE["BYTES"]
HAVE_A_FIELD = frozenset(_OF_DATATYPE)


class Contents:
    """The fields of an InferTensorContents. It is complete when the whole message is read.

    numbers: the name of a field -> its numbers, packed. texts: the elements of BYTES.
    """

    __slots__ = ("numbers", "texts")

    def __init__(self) -> None:
        self.numbers: dict[str, Buffer] = {}
        self.texts: list[bytes] = []

    @property
    def names(self) -> list[str]:
        """The fields that have elements."""
        return [*self.numbers, _BYTES.name] if self.texts else list(self.numbers)

    def add(self, body: bytes, at: int, end: int, room: Room) -> None:
        """Add the fields between two positions. Raises Malformed, IndexError and TooLarge."""
        for tag, start, stop in fields(body, at, end, room):
            row = _OF_TAG.get(tag)
            if row is _BYTES:
                self.texts.append(body[start:stop])
            elif row is not None and start < stop:
                self._add_numbers(row.name, memoryview(body)[start:stop])

    def _add_numbers(self, name: str, packed: memoryview) -> None:
        earlier = self.numbers.setdefault(name, packed)
        if isinstance(earlier, bytearray):
            earlier += packed
        elif earlier is not packed:  # a second part, or a client that packs no numbers
            self.numbers[name] = bytearray(earlier) + packed


def to_array(contents: Contents, datatype: Datatype, shape: tuple[int, ...], where: str) -> np.ndarray:
    """The elements in the dtype of the datatype; floats are a view. where: the input's name in an error.

    Raises BadPayload before anything is allocated, and Malformed.
    """
    shapes.check(shape, f"{where}: shape")
    row = _field_of(contents, datatype, where)
    expected, packed = math.prod(shape), contents.numbers.get(row.name, b"")
    found = len(contents.texts) if row is _BYTES else _count(row, packed)
    if found != expected:
        raise BadPayload(
            f"{where}: contents: expected {expected} elements for shape {shapes.describe(shape)}, found {found}"
        )
    if row.unpacked == VARINT:
        array = np.empty(expected, row.dtype)
        varints.decode(packed, array)
        array = exact(array, datatype, f"{where}: contents")
    else:
        array = of_objects(contents.texts) if row is _BYTES else np.frombuffer(packed, row.dtype)
    return array.reshape(shape)


def _field_of(contents: Contents, datatype: Datatype, where: str) -> _Field:
    row = _OF_DATATYPE.get(datatype.name)
    if row is None:
        raise BadPayload(f"{where}: expected raw_input_contents for {datatype.name}, found none; send the tensor raw")
    others = [name for name in contents.names if name != row.name]
    if others:
        raise BadPayload(f"{where}: contents: expected {row.name} for {datatype.name}, found {', '.join(others)}")
    return row


def _count(row: _Field, packed: Buffer) -> int:
    if row.unpacked == VARINT:
        return varints.count(packed)
    count, rest = divmod(len(packed), row.dtype.itemsize)
    if rest:
        raise Malformed
    return count


def write(array: np.ndarray, datatype: Datatype) -> list[Buffer]:
    """The fields of an InferTensorContents, in pieces. array: of the datatype's dtype, which has such a field."""
    row = _OF_DATATYPE[datatype.name]
    tag = row.number << 3 | LENGTH
    if not array.size:
        return []
    if datatype is BYTES:
        elements = (element.encode() if isinstance(element, str) else element for element in array.ravel().tolist())
        return [b"".join([field(tag, element) for element in elements])]
    packed = varints.encode(array) if row.dtype.kind in "iu" else binary_tensors.encode(array, datatype)
    return [head(tag, len(packed)), packed]
