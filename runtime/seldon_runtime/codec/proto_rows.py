"""A ListValue of numbers, or of rows of them, as protobuf bytes, copied at once instead of one by one.

A part of `proto_array`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .proto_fields import Unusual, head, varint

_ELEMENT, _ROW = 0x0A, 0x32  # `values` of ListValue, `list_value` of Value (google/protobuf/struct.proto)
_NUMBER = b"\x0a\x09\x11"  # an element of nine bytes: `number_value`, and its double
_CELL = np.dtype([("head", f"V{len(_NUMBER)}"), ("number", "<f8")])
_KEPT, _WIDE = 64, 1000  # templates that are remembered, and columns of one that is not


def read(body: bytes, start: int, end: int) -> np.ndarray:
    """The list between two places of the body: float64, of one dimension or two, in memory of its own.

    It is taken when to write it again makes the same bytes. Raises Unusual, or IndexError.
    """
    template = _template_at(body, start)
    count, rest = divmod(end - start, template.itemsize)
    if rest or not count:
        raise Unusual
    array = np.array(np.frombuffer(body, template.dtype, count, start)["cells"]["number"], np.float64)
    array = array[:, 0] if template is _NO_ROW else array
    if not body.startswith(_filled(template, array), start, end):
        raise Unusual
    return array


def _template_at(body: bytes, start: int) -> np.ndarray:
    if body.startswith(_NUMBER, start):
        return _NO_ROW
    _, at = varint(body, start + 1)
    size, at = varint(body, at + 1)
    if not body.startswith(_NUMBER, at):
        raise Unusual
    return _template_of(size // _CELL.itemsize)


def _template_of(columns: int) -> np.ndarray:
    return (_row if columns < _WIDE else _row.__wrapped__)(columns)


def write(array: np.ndarray) -> tuple[bytes, np.ndarray]:
    """The list of an array of numbers, of one dimension or two and not empty: all of it in an array's bytes.

    Raises Unusual.
    """
    if array.ndim not in (1, 2) or not array.size:
        raise Unusual
    return b"", _filled(_template_of(array.shape[1]) if array.ndim == 2 else _NO_ROW, array)


def _filled(template: np.ndarray, array: np.ndarray) -> np.ndarray:
    rows = template.repeat(len(array))
    rows["cells"]["number"] = array.reshape(len(array), -1)
    return rows


def _template(start: bytes, columns: int) -> np.ndarray:
    made = np.zeros(1, [("head", f"V{len(start)}"), ("cells", _CELL, (columns,))])
    made["head"], made["cells"]["head"] = np.void(start), np.void(_NUMBER)
    return made


@lru_cache(_KEPT)
def _row(columns: int) -> np.ndarray:
    """A row of so many zeros, as one of the list's elements."""
    size = columns * _CELL.itemsize
    value = head(_ROW, size)
    return _template(head(_ELEMENT, len(value) + size) + value, columns)


_NO_ROW = _template(b"", 1)
