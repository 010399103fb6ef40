# -*- coding: utf-8 -*-
"""What the user's method returned -> the kind, data, names, tags and metrics of the answer (wire.md, «The answer»)."""

import numpy as np

from .. import compat
from ..codec import arrays
from ..errors import BadMetric, BadPayload, ModelError, says_absent
from ..payload import ARRAY_KINDS, BINDATA, CUSTOMDATA, JSONDATA, METRIC_TYPES, NDARRAY, STRDATA, TENSOR, TFTENSOR

_NUMBERED = {}  # width -> its names: made once
_SCALARS = (bool, float, np.generic) + compat.integer_types


def unwrap(value):
    """(data, tags or None, metrics or None): a value may bring its own tags and metrics along."""
    if not isinstance(value, np.ndarray) and all(hasattr(value, name) for name in ("data", "tags", "metrics")):
        return value.data, value.tags, value.metrics
    return value, None, None


def classify(value, asked, method):
    """(kind, data) of a returned value. `asked` is the kind of the question, which arrays echo.

    Raises ModelError for a value that no message can carry.
    """
    if isinstance(value, np.ndarray):
        return _array(value, asked)
    if isinstance(value, compat.text_type):
        return STRDATA, compat.to_text(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _bytes(value, asked)
    if isinstance(value, dict):
        return JSONDATA, arrays.plain(value)
    if isinstance(value, _SCALARS):
        return _array(np.array([value]), asked)
    if isinstance(value, (list, tuple)):
        return _array(_from_list(value), asked)
    if hasattr(value, "__array__"):
        return _array(np.asarray(value), asked)
    raise ModelError("%s returned %s; return an array, a list, a number, text, bytes or a dict" % (
        method, "None" if value is None else "a value of type " + type(value).__name__))


def _array(array, asked):
    array = arrays.clean(array if array.ndim else array.reshape(1))
    kind = array.dtype.kind
    if kind in "iuf":
        return (asked if asked in ARRAY_KINDS else TENSOR), array
    return (TFTENSOR if kind == "b" and asked == TFTENSOR else NDARRAY), array


def _bytes(value, asked):
    """Python 2's `str` is both text and bytes: it answers a binary question in binary, any other in text."""
    if compat.PY2 and isinstance(value, bytes) and asked not in (BINDATA, CUSTOMDATA):
        try:
            return STRDATA, compat.to_text(value)
        except UnicodeDecodeError:
            pass
    return CUSTOMDATA if asked == CUSTOMDATA else BINDATA, bytes(value)


def _from_list(value):
    nested = arrays.plain(value)
    try:
        return arrays.from_nested(nested, "")
    except BadPayload:  # rows of different lengths are the user's good right
        ragged = np.empty(len(nested), dtype=object)
        ragged[:] = nested
        return ragged


def numbered_names(array):
    """t:0 … t:n-1 for the n columns of a matrix, no names for any other shape."""
    if array.ndim != 2:
        return []
    width = array.shape[1]
    if width not in _NUMBERED:
        _NUMBERED[width] = [u"t:%d" % column for column in range(width)]
    return _NUMBERED[width]


def declared_names(user, attribute):
    """`class_names` or `feature_names` of the user's object: a method, a property or an attribute; [] if absent."""
    try:
        names = getattr(user, attribute, None)
        if names is None:
            return []
        names = names() if callable(names) else names
    except Exception as error:
        if says_absent(error):
            return []
        raise
    return [] if names is None else [compat.to_text(name) for name in names]


def declared_inputs(user):
    """The inputs of the user's `init_metadata`, as it says them; [] without, and where /metadata says what is wrong."""
    try:
        return arrays.plain(user.init_metadata()["inputs"])
    except Exception:
        return []


def merged_tags(*sources):
    """One dict of plain values; later sources win. Raises ModelError when one is not a dict."""
    tags = {}
    for source in sources:
        if source:
            if not isinstance(source, dict):
                raise ModelError("tags: a dict expected, found %s" % type(source).__name__)
            tags.update(arrays.plain(source))
    return tags


def merged_metrics(usual, own):
    """List of checked metrics: those of the `metrics` method, then the value's own, which win by key."""
    own = [_metric(metric) for metric in _listed(own)]
    keys = set(metric["key"] for metric in own)
    return [metric for metric in map(_metric, _listed(usual)) if metric["key"] not in keys] + own


def _listed(metrics):
    if metrics is None:
        return []
    if not isinstance(metrics, (list, tuple)):
        raise BadMetric("metrics: a list of dicts expected, found %s" % type(metrics).__name__)
    return metrics


def _metric(metric):
    """The metric as the wire says it (wire.md, Metric). Raises BadMetric naming the field."""
    if not isinstance(metric, dict):
        raise BadMetric("metrics: a dict with key, type and value expected, found %s" % type(metric).__name__)
    metric = arrays.plain(metric)
    if not isinstance(metric.get("key"), compat.text_type) or not metric["key"]:
        raise BadMetric("metrics: key: text expected, found %s" % arrays.describe(metric.get("key")))
    if metric.get("type", u"COUNTER") not in METRIC_TYPES:
        raise BadMetric("metrics: type of '%s': one of %s expected, found %s" % (
            metric["key"], ", ".join(METRIC_TYPES), arrays.describe(metric["type"])))
    value = metric.get("value")
    if isinstance(value, bool) or not isinstance(value, compat.integer_types + (float,)):
        raise BadMetric("metrics: value of '%s': a number expected, found %s" % (
            metric["key"], arrays.describe(value)))
    checked = {u"key": metric["key"], u"type": metric.get("type", u"COUNTER"), u"value": value}
    if metric.get("tags"):
        checked[u"tags"] = _metric_tags(metric)
    return checked


def _metric_tags(metric):
    if not isinstance(metric["tags"], dict):
        raise BadMetric("metrics: tags of '%s': a dict expected, found %s" % (
            metric["key"], arrays.describe(metric["tags"])))
    return dict((key, compat.to_text(value)) for key, value in metric["tags"].items())
