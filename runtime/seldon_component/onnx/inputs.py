"""Turns the data of a request into one array for each input of the model, with the input's dtype and shape."""

import numpy as np

from .. import compat
from ..codec import arrays
from ..errors import BadPayload
from .tensor import is_fixed

_LARGEST = 2 ** 63


def arrays_of(tensors, data, names):
    """List of ndarray, one an input, each of the input's dtype and shape.

    tensors: list of Tensor. data, names: of a Payload.
    A model with one input takes the array. A model with several takes a JSON object {input: nested lists}. If all its
    inputs have one shape, it also takes one array, whose first axis has the inputs in the order of `names`.
    Raises BadPayload.
    """
    found = _by_input(tensors, data, names)
    sizes = {}
    return [_fitting(found[tensor.name], tensor, sizes) for tensor in tensors]


def _by_input(tensors, data, names):
    expected = [tensor.name for tensor in tensors]
    if isinstance(data, dict):
        _expect(expected, list(data), "jsonData")
        return dict((name, _array(value, u"jsonData.%s" % name)) for name, value in data.items())
    if not isinstance(data, np.ndarray):
        raise BadPayload("message: expected data or jsonData with %s, found %s" % (
            _quoted(expected), arrays.describe(data)))
    if len(tensors) == 1:
        return {expected[0]: data}
    _expect(expected, names, "data.names")
    if len(names) != data.shape[0]:
        raise BadPayload("data: expected %d tensors, one for each of %s, found shape %s" % (
            len(names), _quoted(names), list(data.shape)))
    return dict(zip(names, data))


def _expect(expected, found, field):
    if sorted(expected) != sorted(found):
        raise BadPayload("%s: expected the inputs %s, found %s" % (field, _quoted(expected), _quoted(found) or "none"))


def _quoted(names):
    return ", ".join("'%s'" % name for name in names)


def _array(value, field):
    if isinstance(value, np.ndarray):
        return value
    return arrays.from_nested(value, field) if isinstance(value, list) else arrays.from_nested([value], field)[0, ...]


def _fitting(array, tensor, sizes):
    """The array with the tensor's dtype. sizes: name of a free size -> its value in the inputs so far; is extended."""
    known = dict(sizes)
    if array.ndim != len(tensor.shape) or not all(
            _fits(size, actual, sizes) for size, actual in zip(tensor.shape, array.shape)):
        raise BadPayload("input '%s': expected shape %s%s, found %s" % (
            tensor.name, tensor.shape_in_words, _in_words(tensor, known), list(array.shape)))
    return converted(array, tensor)


def _fits(size, actual, sizes):
    if size is None:
        return True
    return actual == (size if is_fixed(size) else sizes.setdefault(size, actual))


def _in_words(tensor, known):
    words = ["%s is %d" % (size, known[size]) for size in tensor.shape if size in known]
    return " (%s)" % ", ".join(words) if words else ""


def converted(array, tensor):
    """The ndarray with the tensor's dtype. The numbers of JSON and protobuf have 64 bits; the model's may have fewer.

    Floats are rounded to the model's precision. Raises BadPayload for a value that does not fit: text among numbers, a
    fraction or NaN in place of an integer, or a value beyond the dtype's range.
    """
    if tensor.dtype == object:
        return _text(array, tensor)
    if array.dtype.kind not in arrays.NUMERIC:
        raise _misfit(tensor, _first(array, lambda value: not _is_number(value)))
    if array.dtype == tensor.dtype:
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        cast = array.astype(tensor.dtype)
        wrong = _MISFITS[tensor.dtype.kind](array, cast)
    if wrong.any():
        raise _misfit(tensor, array[wrong].ravel()[0])
    return cast


def _text(array, tensor):
    if array.dtype.kind not in "UO":
        raise _misfit(tensor, array.ravel()[0] if array.size else array.dtype)
    for value in array.ravel():
        if not isinstance(value, compat.text_type):
            raise _misfit(tensor, value)
    return array.astype(object)


def _not_finite(array, cast):
    return np.isinf(cast) & ~np.isinf(array)


def _not_whole(array, cast):
    limits = np.iinfo(cast.dtype)
    wrong = (cast.astype(array.dtype) != array) | ((cast < 0) != (array < 0))
    if array.dtype.kind == "f":  # a float may have too few digits for limits.max and round it up
        wrong |= (array < limits.min) | (array >= float(limits.max) + 1)
    return wrong


def _not_a_bool(array, cast):
    return (array != 0) & (array != 1)


# kind of the wanted dtype -> function (array, the array cast to the dtype) -> bools: which values do not fit
_MISFITS = {"f": _not_finite, "i": _not_whole, "u": _not_whole, "b": _not_a_bool}


def _is_number(value):
    return isinstance(value, compat.integer_types + (float,)) and not isinstance(value, bool) and abs(value) < _LARGEST


def _first(array, is_wrong):
    flat = array.ravel()
    return next((value for value in flat if is_wrong(value)), flat[0])


def _misfit(tensor, value):
    value = value.item() if isinstance(value, np.generic) else value
    return BadPayload("input '%s': expected %s, found %s" % (
        tensor.name, tensor.dtype_in_words, arrays.describe(value)))
