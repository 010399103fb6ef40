"""The fast path for a ListValue of numbers, or of rows of numbers: protobuf bytes <-> array.

It copies all numbers at once and makes no Python object for each. A part of `proto_array`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .proto_fields import Unusual, head, varint

_ELEMENT, _ROW = 0x0A, 0x32  # `values` of ListValue, `list_value` of Value (google/protobuf/struct.proto)
_NUMBER = b"\x0a\x09\x11"  # an element of nine bytes: `number_value`, and its double
_NULL = b"\x0a\x02\x08\x00"  # an element of two bytes: `null_value`, which is 0
_CELL = np.dtype([("head", f"V{len(_NUMBER)}"), ("number", "<f8")])
_CACHE_SIZE = 64  # templates
_MAX_CACHED_COLUMNS = 1000  # the template of a wider row is not cached


def read(body: bytes, start: int, end: int) -> np.ndarray:
    """The list between two positions of the body: float64, of one dimension or two, in its own memory.

    A list is accepted only if encoding it again gives identical bytes. Raises Unusual or IndexError.
    """
    template = _template_at(body, start, end)
    count, rest = divmod(end - start, template.itemsize)
    if rest or not count:
        raise Unusual
    array = np.array(np.frombuffer(body, template.dtype, count, start)["cells"]["number"], np.float64)
    array = array[:, 0] if template is _NO_ROW else array
    if not body.startswith(_fill(template, array), start, end):
        raise Unusual
    return array


def _template_at(body: bytes, start: int, end: int) -> np.ndarray:
    """The template of the element at `start`, which the lengths in the body tell, if they end before `end`."""
    if body.startswith(_NUMBER, start):
        return _NO_ROW
    _, at = varint(body, start + 1)
    size, at = varint(body, at + 1)
    if not body.startswith(_NUMBER, at) or at + size > end:
        raise Unusual
    return _row_template(size // _CELL.itemsize)


def write(array: np.ndarray) -> tuple[bytes, np.ndarray]:
    """The list of an array of numbers, as an array of bytes. The first of the two values is empty.

    array: one or two dimensions, and not empty. Raises Unusual for any other one. NaN and infinities are null.
    """
    if array.ndim not in (1, 2) or not array.size:
        raise Unusual
    if array.dtype.kind == "f" and not (finite := np.isfinite(array)).all():
        return b"", _with_nulls(array, finite)
    return b"", _fill(_row_template(array.shape[1]) if array.ndim == 2 else _NO_ROW, array)


def _fill(template: np.ndarray, array: np.ndarray) -> np.ndarray:
    """One copy of the template for each row of the array, with the row's numbers."""
    rows = template.repeat(len(array))
    rows["cells"]["number"] = array.reshape(len(array), -1)
    return rows


def _with_nulls(array: np.ndarray, finite: np.ndarray) -> np.ndarray:
    """The list of an array in which `finite` is False for some cells, which become null."""
    cells = _fill(_NO_ROW, array.ravel()).view(np.uint8).reshape(-1, _CELL.itemsize)
    is_null = ~finite.ravel()
    kept = np.ones(cells.shape, bool)
    cells[is_null, : len(_NULL)] = np.frombuffer(_NULL, np.uint8)
    kept[is_null, len(_NULL) :] = False
    encoded = cells[kept]
    if array.ndim == 1:
        return encoded
    body, parts, start = encoded.tobytes(), [], 0
    for size in kept.sum(axis=1).reshape(len(array), -1).sum(axis=1).tolist():
        value = head(_ROW, size)
        parts += [head(_ELEMENT, len(value) + size), value, body[start : start + size]]
        start += size
    return np.frombuffer(b"".join(parts), np.uint8)


def _row_template(columns: int) -> np.ndarray:
    return _create_row_cached(columns) if columns < _MAX_CACHED_COLUMNS else _create_row(columns)


def _create_row(columns: int) -> np.ndarray:
    """A row of `columns` zeros, as one element of the list."""
    size = columns * _CELL.itemsize
    value = head(_ROW, size)
    return _create_template(head(_ELEMENT, len(value) + size) + value, columns)


_create_row_cached = lru_cache(_CACHE_SIZE)(_create_row)


def _create_template(start: bytes, columns: int) -> np.ndarray:
    """`start`, and then `columns` zeros."""
    template = np.zeros(1, [("head", f"V{len(start)}"), ("cells", _CELL, (columns,))])
    template["head"], template["cells"]["head"] = np.void(start), np.void(_NUMBER)
    return template


_NO_ROW = _create_template(b"", 1)
