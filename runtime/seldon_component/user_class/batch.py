"""Several requests in one call of `predict`: their rows are stacked, and the rows of the result are split again."""

import numpy as np

from ..codec import arrays, values
from ..errors import ModelError
from ..payload import ARRAY_KINDS, V2TENSOR
from . import responses, v2_responses

METHOD = u"predict_batch"  # of Component.call: takes requests of equal `likeness`, returns a list of responses


def likeness(request):
    """What requests must have in common to be stacked, hashable; None for a request that cannot be stacked.

    Only matrices of numbers with at least one row are stacked: other shapes have no rows, and text no common dtype.
    A tensor of the Open Inference Protocol may have more dimensions.
    """
    data = request.data
    if request.kind not in ARRAY_KINDS or len(data.shape) < 2 or not len(data):
        return None
    if data.dtype.kind not in arrays.NUMERIC or (len(data.shape) > 2 and request.kind != V2TENSOR):
        return None
    return request.kind, data.dtype.str, data.shape[1:], tuple(request.names)


def stacked(requests):
    """One matrix with the rows of all requests."""
    return np.concatenate([request.data for request in requests])


def split(value, requests):
    """The part of each request in what `predict` returned for the stack, of the same type.

    Raises ModelError unless there is one row, or element, for each row of the stack.
    """
    ends = np.cumsum([len(request.data) for request in requests]).tolist()
    if not isinstance(value, (np.ndarray, list, tuple)):
        parts = v2_responses.split(value, ends) if requests[0].kind == V2TENSOR else None
        if parts:
            return parts
        value = _rows(value)
    has_rows = isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0
    if not has_rows or len(value) != ends[-1]:
        found = "%d" % len(value) if has_rows else arrays.describe(value)
        raise ModelError("predict: expected %d rows, one for each row of the batch, found %s" % (ends[-1], found))
    return [value[start:end] for start, end in zip([0] + ends, ends)]


def add_meta(payloads, requests, own):
    """Give each response its meta. own: the meta that the component adds, made once for the batch."""
    for response, request in zip(payloads, requests):
        response.meta = responses.joined_meta(request.meta, own)
        if u"metrics" in own:
            own = dict(own, metrics=[])  # only the first response carries them, so that they are counted once


def _rows(value):
    """An array, or a list of the elements of a set, a range and the like, in the order in which they are sent."""
    array = values.as_array(value)
    if array is not None or hasattr(value, "__array__"):
        return np.asarray(value) if array is None else array
    plain = values.plain_answer(value) if values.is_spelled(value) else value
    return plain if isinstance(plain, list) else value
