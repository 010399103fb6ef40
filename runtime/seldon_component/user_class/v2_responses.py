"""Turns a value that the user's method returned into tensors of the Open Inference Protocol.

Each keeps its dtype, and bytes stay bytes. Every other value is as over Seldon's protocol (`responses`).
"""

import numpy as np

from .. import compat
from ..codec import arrays, cells, values
from ..errors import ModelError
from ..payload import V2TENSOR, V2TENSORS
from . import responses

_BYTES = (bytes, bytearray, memoryview) + compat.buffer_types
_TEXTS = frozenset([compat.text_type, bytes])


def classify(value, request_kind, method):
    """(kind, data) as `responses.classify` has it; for V2TENSORS the data are pairs of a name and an array.

    A DataFrame whose columns have names, and a dict of arrays, are several tensors. Raises ModelError.
    """
    if isinstance(value, np.ndarray):
        return V2TENSOR, _clean(value)
    columns = _columns_of(value)
    if columns:
        return V2TENSORS, [(name, _clean(array)) for name, array in columns]
    if isinstance(value, (list, tuple)) and value and all(isinstance(element, _BYTES) for element in value):
        return V2TENSOR, arrays.of_objects([_text_or_bytes(element) for element in value])
    array = values.as_array(value)
    if array is not None:
        return V2TENSOR, _clean(array)
    kind, data = responses.classify(value, request_kind, method)
    return (V2TENSOR, data) if isinstance(data, np.ndarray) else (kind, data)


def split(value, ends):
    """The parts of a DataFrame or of a dict of arrays; None for any other value. ends: of the parts' rows.

    Raises ModelError unless each array has as many rows.
    """
    columns = _columns_of(value)
    if not columns:
        return None
    for name, array in columns:
        if not array.ndim or len(array) != ends[-1]:
            raise ModelError(u"predict: '%s': expected %d rows, one for each row of the batch, found shape %s" % (
                name, ends[-1], list(array.shape)))
    return [dict((name, array[start:end]) for name, array in columns) for start, end in zip([0] + ends, ends)]


def _columns_of(value):
    """[(name, ndarray)] of a DataFrame whose columns have names, or of a dict of arrays; [] for any other value."""
    names = values.column_names(value)
    if names:
        columns = value.iloc if hasattr(value, "iloc") else value
        return [(name, np.asarray(columns[:, index])) for index, name in enumerate(names)]
    if isinstance(value, dict) and value and all(_is_array(element) for element in value.values()):
        return [(values.key_text(name, u"outputs"), np.asanyarray(element)) for name, element in value.items()]
    return []


def _is_array(value):
    return hasattr(value, "__array__") and not isinstance(value, np.generic)


def _clean(array):
    return values.clean(array, u"outputs", _clean_cells)


def _clean_cells(array, spell):
    """See `cells.clean`. Texts stay objects, because numpy's own texts lose zeros at their end."""
    if array.dtype.kind not in "SO" or isinstance(array, np.ma.MaskedArray):
        return cells.clean(array, spell)
    flat = cells.flat_of(array, lambda cell: _text_or_bytes(cell) if isinstance(cell, _BYTES) else spell(cell))
    is_text = _TEXTS.issuperset(map(type, flat))
    return (arrays.of_objects(flat) if is_text else cells.build(flat)).reshape(array.shape)


def _text_or_bytes(cell):
    """Bytes. Python 2's `str` is text wherever it can be."""
    if compat.PY2 and isinstance(cell, bytes):
        try:
            return compat.to_text(cell)
        except UnicodeDecodeError:
            pass
    return compat.bytes_of(cell)
