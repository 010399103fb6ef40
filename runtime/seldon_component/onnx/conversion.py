"""What came over the wire -> the dtype that the model wants, where every value fits."""

import numpy as np

from .. import compat
from ..codec import arrays
from ..errors import BadPayload

_LARGEST = 2 ** 63


def converted(array, tensor):
    """The ndarray with the tensor's dtype; JSON's and protobuf's numbers are 64 bits wide, whatever the model wants.

    Floats are rounded to the model's precision. Raises BadPayload for a value that does not fit: text among numbers, a
    fraction or NaN where integers are expected, one beyond the dtype's range.
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
    if array.dtype.kind == "f":  # float(limits.max) is rounded up already where it has more digits than a float
        wrong |= (array < limits.min) | (array >= float(limits.max) + 1)
    return wrong


def _not_a_bool(array, cast):
    return (array != 0) & (array != 1)


# kind of the wanted dtype -> which values of an array do not fit: (array, the same cast) -> bools
_MISFITS = {"f": _not_finite, "i": _not_whole, "u": _not_whole, "b": _not_a_bool}


def _is_number(value):
    return isinstance(value, compat.integer_types + (float,)) and not isinstance(value, bool) and abs(value) < _LARGEST


def _first(array, is_wrong):
    flat = array.ravel()
    return next((value for value in flat if is_wrong(value)), flat[0])


def _misfit(tensor, value):
    value = value.item() if isinstance(value, np.generic) else value
    return BadPayload("input '%s': %s expected, found %s" % (
        tensor.name, tensor.dtype_in_words, arrays.describe(value)))
