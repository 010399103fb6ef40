"""Nested lists -> ndarray, so that every number keeps its type."""

from itertools import chain

import numpy as np

from .. import compat
from ..errors import BadPayload
from . import shapes

NUMERIC = frozenset("biuf")
_INTEGERS = frozenset(compat.integer_types)
_FLOAT = frozenset([float])
_NUMBERS = _INTEGERS | _FLOAT
_NULL = frozenset([type(None)])
_LIST = frozenset([list])
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
    shape = shape_of(value, field)
    if 0 in shape:
        return np.empty(shape)
    flat = _flat(value, len(shape))
    kinds = set(map(type, flat))
    if dict in kinds:
        check_depth(flat, field)
    return build(flat, kinds).reshape(shape)


def _matrix(value):
    """A fast path for most messages: the ndarray of rows of numbers of one length; None for all other lists."""
    if not _LIST.issuperset(map(type, value)) or len(set(map(len, value))) != 1:
        return None
    kinds = set(map(type, chain.from_iterable(value)))
    if kinds == _FLOAT:
        return np.array(value)
    flat = list(chain.from_iterable(value))
    return build(flat, kinds).reshape(len(value), -1) if flat and kinds <= _NUMBERS else None


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


def shape_of(value, field):
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


def build(flat, kinds):
    """A 1-D array of the narrowest dtype that changes no element of `flat`. kinds: the types of the elements."""
    if kinds <= _INTEGERS:
        array = np.array(flat)
        if array.dtype.kind in "iu":
            return array
    elif kinds <= _NUMBERS | _NULL:
        return _of_floats(flat)
    elif kinds == {bool} or (kinds == {compat.text_type} and not shapes.takes_much_padding(flat)):
        return np.array(flat)
    return of_objects(flat)


def _of_floats(flat):
    try:
        return np.array(flat, dtype=float)
    except OverflowError:  # an integer beyond the largest float
        return of_objects(flat)


def of_objects(flat):
    """A 1-D array whose elements are those of `flat`, of whatever type."""
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array


def row_major(array):
    """The elements in their order, for JSON: a copy if they are not aligned, as in the bytes of a request."""
    return array.ravel() if array.flags.aligned else array.flatten()


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
    return build(values, kinds)


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
