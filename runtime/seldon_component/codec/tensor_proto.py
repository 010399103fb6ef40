# -*- coding: utf-8 -*-
"""tensorflow.TensorProto <-> ndarray, with only numpy: a `tftensor`, as JSON (a dict) and as a protobuf message.

It reads all numeric dtypes: quantised ones as their plain integers, and bfloat16 as float32. The values come from
`tensor_content` or from the typed field (`float_val`, …). As in TensorFlow, if there are fewer typed values than the
shape has places, the last value fills the rest; without any value, zeros do. How much they may fill is bounded, see
`Room`. It refuses complex numbers, text, resources and variants.
"""

import base64
import binascii
import collections

import numpy as np

from .. import compat
from ..errors import BadPayload
from . import arrays, shapes

# number: in TensorFlow's enum DataType. dtype: of a value in `tensor_content`. values: name of the typed field.
_Type = collections.namedtuple("_Type", "name number dtype values")
_TYPES = [_Type(*row) for row in (
    ("DT_FLOAT", 1, "<f4", "float_val"),
    ("DT_DOUBLE", 2, "<f8", "double_val"),
    ("DT_INT32", 3, "<i4", "int_val"),
    ("DT_UINT8", 4, "|u1", "int_val"),
    ("DT_INT16", 5, "<i2", "int_val"),
    ("DT_INT8", 6, "|i1", "int_val"),
    ("DT_INT64", 9, "<i8", "int64_val"),
    ("DT_BOOL", 10, "|b1", "bool_val"),
    ("DT_UINT16", 17, "<u2", "int_val"),
    ("DT_HALF", 19, "<f2", "half_val"),
    ("DT_UINT32", 22, "<u4", "uint32_val"),
    ("DT_UINT64", 23, "<u8", "uint64_val"),
    ("DT_QINT8", 11, "|i1", "int_val"),
    ("DT_QUINT8", 12, "|u1", "int_val"),
    ("DT_QINT32", 13, "<i4", "int_val"),
    ("DT_BFLOAT16", 14, "<u2", "half_val"),
    ("DT_QINT16", 15, "<i2", "int_val"),
    ("DT_QUINT16", 16, "<u2", "int_val"),
)]
_BY_NUMBER = dict((row.number, row) for row in _TYPES)
_BY_NAME = dict((row.name, row) for row in _TYPES)
_BY_DTYPE = dict((np.dtype(row.dtype), row) for row in reversed(_TYPES))  # the plain ones, first in _TYPES, win
_REFUSED = {0: "DT_INVALID", 7: "DT_STRING", 8: "DT_COMPLEX64", 18: "DT_COMPLEX128", 20: "DT_RESOURCE",
            21: "DT_VARIANT"}
_MOST_FILLED = 1048576  # bytes
_MOST_REPEATED = 16  # times the bytes of the values
_LARGEST_DOUBLE = int(np.finfo(float).max)
_FLOATS = {u"NaN": float("nan"), u"Infinity": float("inf"), u"-Infinity": float("-inf")}


class Room(object):
    """How many bytes the tensors of a request may still fill by repetition, beyond 16 times those of their values.

    One Room serves all messages of a list, or a short message could be in it many times.
    """

    __slots__ = ("left",)

    def __init__(self):
        self.left = _MOST_FILLED

    def take(self, filled, given):
        """Whether `given` bytes of values may fill `filled` bytes more."""
        if filled > _MOST_REPEATED * given:
            self.left -= filled
        return self.left >= 0


def from_message(message, field, room=None):
    """ndarray (writable, native byte order) of a protobuf TensorProto. room: None for one of its own.

    Raises BadPayload.
    """
    shape = message.tensor_shape
    if shape.unknown_rank:
        raise BadPayload("%s.tensorShape: expected sizes, found an unknown rank" % field)
    kind = _type(message.dtype, field)
    return _array(kind, [dim.size for dim in shape.dim], message.tensor_content, getattr(message, kind.values), field,
                  room)


def fill(message, array):
    """Write an ndarray of dtype kind b, i, u or f into an empty protobuf TensorProto."""
    kind, content = _encoded(array)
    message.dtype = kind.number
    message.tensor_shape.SetInParent()
    for size in array.shape:
        message.tensor_shape.dim.add().size = size
    message.tensor_content = content


def from_json(value, field, room=None):
    """ndarray (writable, native byte order) of a TensorProto as JSON, keys spelled either way.

    room: None for one of its own. Raises BadPayload.
    """
    if not isinstance(value, dict):
        raise BadPayload("%s: expected an object, found %s" % (field, arrays.describe(value)))
    kind = _type(_get(value, "dtype", 0), field)
    values = _get(value, kind.values, [])
    if not isinstance(values, list):
        raise BadPayload("%s.%s: expected a list, found %s" % (field, kind.values, arrays.describe(values)))
    values = [_number(number, "%s.%s" % (field, kind.values)) for number in values]
    return _array(kind, _json_shape(value, field), _json_content(value, field), values, field, room)


def to_json(array):
    """The TensorProto of an ndarray of dtype kind b, i, u or f as JSON, spelled as protobuf's own JSON is."""
    kind, content = _encoded(array)
    return {u"dtype": compat.to_text(kind.name),
            u"tensorShape": {u"dim": [{u"size": u"%d" % size} for size in array.shape]},
            u"tensorContent": base64.b64encode(content).decode("ascii")}


def _type(dtype, field):
    if not isinstance(dtype, (compat.text_type,) + compat.integer_types) or isinstance(dtype, bool):
        found = arrays.describe(dtype)
    elif dtype in _BY_NUMBER:
        return _BY_NUMBER[dtype]
    elif dtype in _BY_NAME:
        return _BY_NAME[dtype]
    else:
        found = _REFUSED.get(dtype) or arrays.describe(dtype)
    raise BadPayload("%s.dtype: expected one of %s, found %s" % (field, ", ".join(row.name for row in _TYPES), found))


def _array(kind, shape, content, values, field, room):
    size = _size(shape, field)
    if content:
        array = _from_content(kind, size, shape, content, field)
    else:
        array = _from_values(kind, size, shape, list(values), field, room or Room())
    if kind.name == "DT_BFLOAT16":  # the upper half of a float32
        array = (array.astype(np.uint32) << 16).view(np.float32)
    return array.astype(array.dtype.newbyteorder("="), copy=False).reshape(shape)


def _size(shape, field):
    if any(size < 0 for size in shape):
        raise BadPayload("%s.tensorShape: expected no size below 0, found %s" % (field, shapes.describe(shape)))
    shapes.check(shape, field + ".tensorShape")
    return 0 if 0 in shape else shapes.product(shape)


def _from_content(kind, size, shape, content, field):
    dtype = np.dtype(kind.dtype)
    if len(content) != size * dtype.itemsize:
        raise BadPayload("%s: shape %s of %s takes %d bytes of tensorContent, found %d" % (
            field, shapes.describe(shape), kind.name, size * dtype.itemsize, len(content)))
    if dtype.kind == "b":
        return np.frombuffer(content, np.uint8) != 0
    return np.frombuffer(content, dtype).copy()


def _from_values(kind, size, shape, values, field, room):
    missing, itemsize = size - len(values), np.dtype(kind.dtype).itemsize
    if missing < 0:
        raise BadPayload("%s: shape %s does not fit %d values of %s" % (
            field, shapes.describe(shape), len(values), kind.values))
    if not room.take(missing * itemsize, len(values) * itemsize):
        raise BadPayload("%s: shape %s: expected at most %d bytes, or %d times the values, to be filled by repetition, "
                         "found %d; send all values" % (
                             field, shapes.describe(shape), _MOST_FILLED, _MOST_REPEATED, missing * itemsize))
    given = _cast(kind, values, "%s.%s" % (field, kind.values))
    last = given[-1:] if values else np.zeros(1, given.dtype)
    return np.concatenate([given, np.repeat(last, missing)])


def _cast(kind, values, field):
    """The typed values in the dtype of their kind. half_val holds bit patterns."""
    dtype = np.dtype("<u2" if kind.values == "half_val" else kind.dtype)
    odd = [value for value in values if not _fits(value, dtype)]
    if odd:
        raise BadPayload("%s: expected values of %s, found %s" % (field, kind.name, arrays.describe(odd[0])))
    with np.errstate(over="ignore"):  # a double beyond float32 is an infinity
        return np.array(values, float if dtype.kind == "f" else dtype).astype(dtype).view(kind.dtype)


def _fits(value, dtype):
    if dtype.kind == "b":
        return value in (0, 1)
    if isinstance(value, bool):
        return False
    if dtype.kind == "f":
        return isinstance(value, float) or abs(value) <= _LARGEST_DOUBLE
    return not isinstance(value, float) and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max


def _encoded(array):
    kind = _BY_DTYPE[array.dtype.newbyteorder("<")]
    return kind, np.ascontiguousarray(array, dtype=kind.dtype).tobytes()


def _get(value, key, default):
    """A field of a JSON message under its proto name or its lowerCamelCase name; null counts as absent."""
    first, rest = key.split("_")[0], key.split("_")[1:]
    for spelling in (first + "".join(word.capitalize() for word in rest), key):
        if value.get(spelling) is not None:
            return value[spelling]
    return default


def _json_content(value, field):
    text = _get(value, "tensor_content", u"")
    try:
        return binascii.a2b_base64(text.encode("ascii"))
    except (AttributeError, ValueError):
        raise BadPayload("%s.tensorContent: expected base64 text, found %s" % (field, arrays.describe(text)))


def _json_shape(value, field):
    shape = _get(value, "tensor_shape", {})
    dims = shape.get(u"dim") or [] if isinstance(shape, dict) else None
    if not isinstance(dims, list) or not all(isinstance(dim, dict) for dim in dims):
        raise BadPayload('%s.tensorShape: expected {"dim": [{"size": ...}, ...]}, found %s' % (
            field, arrays.describe(shape)))
    if _get(shape, "unknown_rank", False):
        raise BadPayload("%s.tensorShape: expected sizes, found an unknown rank" % field)
    sizes = [_number(_get(dim, "size", 0), "%s.tensorShape.dim.size" % field) for dim in dims]
    for size in sizes:
        if isinstance(size, (bool, float)):
            raise BadPayload("%s.tensorShape.dim.size: expected an integer, found %s" % (field, arrays.describe(size)))
    return sizes


def _number(value, field):
    """A number of protobuf's JSON. 64-bit integers and numbers that JSON cannot say arrive as text."""
    if isinstance(value, (bool, float) + compat.integer_types):
        return value
    if isinstance(value, compat.text_type):
        if value in _FLOATS:
            return _FLOATS[value]
        try:
            return int(value)
        except ValueError:
            pass
    raise BadPayload("%s: expected a number, found %s" % (field, arrays.describe(value)))
