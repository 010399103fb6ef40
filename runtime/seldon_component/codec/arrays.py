"""Nested lists <-> ndarray, so that every number keeps its type; and one encoder for all that users return."""

from itertools import chain

import numpy as np

from .. import compat
from ..errors import BadPayload, ModelError
from . import shapes

NUMERIC = frozenset("biuf")
_INTEGERS = frozenset(compat.integer_types)
_FLOAT = frozenset([float])
_NUMBERS = _INTEGERS | _FLOAT
_NULL = frozenset([type(None)])
_LIST = frozenset([list])
_SENT_AS_THEY_ARE = frozenset(map(np.dtype, "?bhilqBHILQefd"))  # native, and all of NUMERIC except long doubles
DEEPEST = 200  # levels of lists and objects that every interpreter and every JSON library takes


def from_nested(value, field):
    """ndarray for a decoded JSON list (of lists, to any depth numpy takes). An ndarray is returned unchanged.

    All integers -> an integer array, any float or null among numbers -> float64 with NaN for null, all bools -> bool,
    all text -> U, anything mixed -> object with the elements unchanged. Text whose longest element would take up much
    memory in the place of each other one -> object, too.
    Raises BadPayload for ragged rows; it names `field` and the first row that does not fit.
    """
    if isinstance(value, np.ndarray):
        return value
    if not isinstance(value, list):
        raise BadPayload("%s: expected a list, found %s" % (field, describe(value)))
    matrix = _matrix(value)
    if matrix is not None:
        return matrix
    shape = _shape(value, field)
    if 0 in shape:
        return np.empty(shape)
    flat = _flat(value, len(shape))
    kinds = set(map(type, flat))
    if dict in kinds:
        check_depth(flat, field)
    return _build(flat, kinds).reshape(shape)


def _matrix(value):
    """A fast path for most messages: the ndarray of rows of numbers of one length; None for all other lists."""
    if set(map(type, value)) != _LIST or len(set(map(len, value))) != 1:
        return None
    kinds = set(map(type, chain.from_iterable(value)))
    if kinds == _FLOAT:
        return np.array(value)
    flat = list(chain.from_iterable(value))
    return _build(flat, kinds).reshape(len(value), -1) if flat and kinds <= _NUMBERS else None


def check_depth(value, field):
    """Raises BadPayload, which names `field`, if `value` nests lists and objects more than DEEPEST levels deep."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [element for container in level
                 for element in (container.values() if isinstance(container, dict) else container)
                 if isinstance(element, (list, dict))]
        if not level:
            return
    raise BadPayload("%s: expected at most %d levels of lists and objects, found more" % (field, DEEPEST))


def _shape(value, field):
    """Shape of a nested list by its first elements. Every other row is checked against them."""
    shape, level = [], [value]
    while level and isinstance(level[0], list):
        width = len(level[0])
        for row, item in enumerate(level):
            if not isinstance(item, list) or len(item) != width:
                raise BadPayload("%s: row %d has %s where row 0 has %s" % (
                    field, _row(row, shape), _width(item), _width(level[0])))
        shape.append(width)
        level = [element for item in level for element in item]
    if any(isinstance(element, list) for element in level):
        row = next(i for i, element in enumerate(level) if isinstance(element, list))
        raise BadPayload("%s: row %d holds a list where row 0 holds a single value" % (field, _row(row, shape)))
    shapes.check(shape, field)
    return tuple(shape)


def _row(index, shape):
    """The outermost row of a flat index into the level below `shape`."""
    for width in shape[1:]:
        index //= max(width, 1)
    return index


def _width(item):
    return "%d values" % len(item) if isinstance(item, list) else "a single value"


def _flat(value, depth):
    for _ in range(depth - 1):
        value = [element for item in value for element in item]
    return value


def _build(flat, kinds):
    """A 1-D array of the narrowest dtype that changes no element of `flat`. kinds: the types of the elements."""
    if kinds <= _INTEGERS:
        array = np.array(flat)
        if array.dtype.kind in "iu":
            return array
    elif kinds <= _NUMBERS | _NULL:
        return np.array(flat, dtype=float)
    elif kinds == {bool} or (kinds == {compat.text_type} and not shapes.takes_much_padding(flat)):
        return np.array(flat)
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array


def from_values(values, shape, field):
    """ndarray for a tensor's flat `values`, a list or an array of numbers, and `shape`.

    Raises BadPayload if the two disagree.
    """
    if not isinstance(values, (list, np.ndarray)):
        raise BadPayload("%s.values: expected a list of numbers, found %s" % (field, describe(values)))
    if not isinstance(shape, list) or any(type(n) is bool or not isinstance(n, compat.integer_types) or n < 0
                                          for n in shape):
        raise BadPayload("%s.shape: expected a list of sizes, found %s" % (field, describe(shape)))
    shapes.check(shape, field + ".shape")
    size = 1
    for n in shape:
        size *= n
    if size != len(values):
        raise BadPayload("%s: shape %s does not fit %d values" % (field, shapes.describe(shape), len(values)))
    flat = values if isinstance(values, np.ndarray) else _numbers(values, field)
    return flat.reshape(shape) if len(flat) else np.empty(shape)


def _numbers(values, field):
    kinds = set(map(type, values))
    if not kinds <= _NUMBERS | _NULL:
        odd = next(value for value in values if type(value) not in _NUMBERS | _NULL)
        raise BadPayload("%s.values: expected numbers, found %s" % (field, describe(odd)))
    return _build(values, kinds)


def describe(value):
    """A wrong value in words, short enough for an error message."""
    kinds = ((dict, "an object"), (list, "a list"), (bool, "a bool"), (type(None), "null"))
    for kind, words in kinds:
        if isinstance(value, kind):
            return words
    text = repr(value)
    if compat.PY2 and text.startswith("u"):
        text = text[1:]
    return text if len(text) <= 60 else text[:57] + "..."


def clean(array):
    """The array as the wire can carry it: dtype kind b, i, u, f (native, C-contiguous), U, or O of plain values."""
    kind = array.dtype.kind
    if kind in NUMERIC:
        if type(array) is np.ndarray and array.dtype in _SENT_AS_THEY_ARE and array.flags.c_contiguous:
            return array
        array = array.astype(np.float64) if array.dtype == np.longdouble else array
        return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(array.shape)
    if kind == "U":
        return array
    if kind == "S":
        return np.array([_text(text) for text in array.ravel().tolist()]).reshape(array.shape)
    if kind in "Mm":
        return array.astype("U")
    if kind == "O":
        flat = [plain(element) for element in array.ravel()]
        return _build(flat, set(map(type, flat))).reshape(array.shape)
    raise ModelError("an array of dtype %s cannot be sent; convert it to numbers or text" % array.dtype)


def plain(value, level=0):
    """`value` made of dict, list, text, bool, int, float and None only.

    Converts numpy scalars and arrays, tuples, sets, DataFrames and dict subclasses. Raises ModelError for a value that
    JSON cannot say, and beyond DEEPEST levels.
    """
    if level > DEEPEST + 2:  # our own message is around the user's value
        raise ModelError("a value nested more than %d levels deep cannot be sent" % DEEPEST)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (bytes, compat.text_type)):
        return _text(value)
    if isinstance(value, compat.integer_types):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dict):
        return dict((_text(key), plain(element, level + 1)) for key, element in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(element, level + 1) for element in value]
    if isinstance(value, np.generic) and value.dtype.kind in "biufUSMm":
        return plain(clean(np.array([value])).tolist()[0])
    if hasattr(value, "__array__"):
        return plain(with_few_rows(np.asarray(value)).tolist(), level)
    raise ModelError("a value of type %s cannot be sent; return numbers, text, lists or dicts" % type(value).__name__)


def with_few_rows(array):
    """The array. Raises ModelError for more rows without values than a message may have: each is an empty list."""
    if not array.size and shapes.empty_rows(array.shape) > shapes.MOST_EMPTY_ROWS:
        raise ModelError("an array of shape %s cannot be sent; return at most %d rows without values" % (
            shapes.describe(array.shape), shapes.MOST_EMPTY_ROWS))
    return array


def _text(value):
    try:
        return compat.to_text(value)
    except UnicodeDecodeError:
        raise ModelError("bytes that are not UTF-8 cannot be sent here; return them alone, as binData")
