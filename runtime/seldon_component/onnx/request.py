"""A question's data -> one array for each input of the model."""

import numpy as np

from ..codec import arrays
from ..errors import BadPayload
from .conversion import converted
from .tensor import is_fixed


def arrays_of(tensors, data, names):
    """List of ndarray, one an input, each of the input's dtype and shape.

    tensors: list of Tensor. data: a Payload's; names: its names.
    A model of one input takes the array; one of several takes a JSON object {input: nested lists}, or the tensors of
    the inputs in `names` one after the other along the array's first axis. Raises BadPayload.
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
        raise BadPayload("message: data or jsonData with %s expected, found %s" % (
            _quoted(expected), arrays.describe(data)))
    if len(tensors) == 1:
        return {expected[0]: data}
    _expect(expected, names, "data.names")
    if len(names) != data.shape[0]:
        raise BadPayload("data: %d tensors expected, one for each of %s, found shape %s" % (
            len(names), _quoted(names), list(data.shape)))
    return dict(zip(names, data))


def _expect(expected, found, field):
    if sorted(expected) != sorted(found):
        raise BadPayload("%s: the inputs %s expected, found %s" % (field, _quoted(expected), _quoted(found) or "none"))


def _quoted(names):
    return ", ".join("'%s'" % name for name in names)


def _array(value, field):
    return arrays.from_nested(value, field) if isinstance(value, list) else arrays.from_nested([value], field)[0, ...]


def _fitting(array, tensor, sizes):
    """sizes: name of a free size -> what the inputs before this one have for it; this one's are added."""
    known = dict(sizes)
    fits = array.ndim == len(tensor.shape) and all(
        size is None or (size if is_fixed(size) else sizes.setdefault(size, actual)) == actual
        for size, actual in zip(tensor.shape, array.shape))
    if not fits:
        raise BadPayload("input '%s': shape %s expected%s, found %s" % (
            tensor.name, tensor.shape_in_words, _in_words(tensor, known), list(array.shape)))
    return converted(array, tensor)


def _in_words(tensor, known):
    words = ["%s is %d" % (size, known[size]) for size in tensor.shape if size in known]
    return " (%s)" % ", ".join(words) if words else ""
