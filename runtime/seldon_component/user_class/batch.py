"""Several questions in one call of `predict`: their rows stacked, and the rows of what it returned handed back."""

import numpy as np

from ..codec import arrays
from ..errors import ModelError
from ..payload import ARRAY_KINDS
from . import answers

METHOD = u"predict_batch"  # of Component.call: takes a list of questions of equal `likeness`, gives a list of answers


def likeness(question):
    """What questions must have in common to be stacked, hashable; None for one that can only be asked alone.

    Stacked are matrices of numbers that have rows: any other shape has no rows to tell apart, text no common dtype.
    """
    data = question.data
    if question.kind not in ARRAY_KINDS or data.ndim != 2 or not len(data) or data.dtype.kind not in arrays.NUMERIC:
        return None
    return question.kind, data.dtype.str, data.shape[1], tuple(question.names)


def operation(hook, answer_of, meta_of):
    """predict_batch for the adapter of a `predict` that takes no `meta`.

    answer_of: (what `predict` returned for one question, the question's kind) -> its Payload, without meta.
    meta_of: (meta of a question, tags, metrics) -> meta of an answer, for which the component's own hooks are asked.
    """
    def predict_batch(questions):
        value, tags, metrics = answers.unwrap(hook(features=_stack(questions), names=questions[0].names))
        answered = [answer_of(part, question.kind) for part, question in zip(_split(value, questions), questions)]
        own = meta_of({}, tags, metrics)
        for question, answer in zip(questions, answered):
            answer.meta = _meta(question.meta, own)
            own = dict(own, metrics=[]) if u"metrics" in own else own  # in the first answer alone: counted once
        return answered
    return predict_batch


def _stack(questions):
    return np.concatenate([question.data for question in questions])


def _split(value, questions):
    """What `predict` returned for the stack -> each question's own part of it, of the same type.

    Raises ModelError when there is not one row, or element, for each row of the stack.
    """
    if hasattr(value, "__array__") and not isinstance(value, np.ndarray):
        value = np.asarray(value)
    ends = np.cumsum([len(question.data) for question in questions]).tolist()
    has_rows = isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0
    if not has_rows or len(value) != ends[-1]:
        raise ModelError("predict did not answer a batch of %d rows with as many" % ends[-1])
    return [value[start:end] for start, end in zip([0] + ends, ends)]


def _meta(asked, own):
    """The meta of one question's answer: its own puid and tags, and what the component said for all of the batch."""
    meta = {}
    if u"puid" in asked:
        meta[u"puid"] = asked[u"puid"]
    if u"tags" in asked or u"tags" in own:
        meta[u"tags"] = answers.merged_tags(asked.get(u"tags"), own.get(u"tags"))
    if u"metrics" in own:
        meta[u"metrics"] = own[u"metrics"]
    return meta
