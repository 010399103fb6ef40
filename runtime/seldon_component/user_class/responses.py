# -*- coding: utf-8 -*-
"""Turns a value that the user's method returned into the kind, data, names, tags and metrics of a response.

docs/protocol.md, "Kinds of data", "Names" and "Metadata", has the rules.
"""

import numpy as np

from .. import compat
from ..codec import arrays, cells, values
from ..errors import BadMetric, BadPayload, ModelError
from ..payload import ARRAY_KINDS, BINDATA, CUSTOMDATA, JSONDATA, METRIC_TYPES, NDARRAY, STRDATA, TENSOR, TFTENSOR
from ..proto import classes
from . import hooks

_MOST_NUMBERED = 262144  # columns that get names
_MOST_EMPTY = 1024  # columns of a matrix without values that get names
_MOST_KEPT = 65536  # names that are kept: 4 MB
_numbered = []  # t:0 … as far as they were needed
_NUMBERS = (bool, float) + compat.integer_types + tuple(np.dtype(code).type for code in "?bhilqBHILQefdg")
_BYTES = (bytes, bytearray, memoryview) + compat.buffer_types


def unwrap(value):
    """(data, tags or None, metrics or None): a returned value may carry its own tags and metrics.

    A table may have columns of these names.
    """
    if isinstance(value, np.ndarray) or not all(hasattr(value, name) for name in ("data", "tags", "metrics")):
        return value, None, None
    return (value, None, None) if hasattr(value, "__array__") else (value.data, value.tags, value.metrics)


def classify(value, request_kind, method):
    """(kind, data) of a returned value. An array has the kind of the request if that holds an array.

    Raises ModelError for a value that no message can carry.
    """
    if isinstance(value, np.ndarray):
        return _array(value, request_kind)
    if isinstance(value, _BYTES):
        return _bytes(value, request_kind)
    if isinstance(value, _NUMBERS):
        return _array(np.array([value]), request_kind)
    array = values.as_array(value)
    return _other(value, request_kind, method) if array is None else _array(array, request_kind)


def _other(value, request_kind, method):
    """The same for a value that is no array, no bytes and no number."""
    if classes.is_any(value):
        return CUSTOMDATA, value.SerializeToString()
    if value is None or not values.is_spelled(value):
        raise ModelError("%s: expected an array, a list, a number, text, bytes or a dict, found %s" % (
            method, "None" if value is None else "a value of type " + type(value).__name__))
    plain = values.plain_answer(value)
    if isinstance(plain, compat.text_type):
        return STRDATA, plain
    if isinstance(plain, dict):
        return JSONDATA, plain
    if not isinstance(plain, list):
        return _array(np.array([np.nan if plain is None else plain]), request_kind)
    return _array(_from_list(plain), request_kind)


def branch_array(method, value):
    """What `route` has returned, as a message carries it: an integer array of the shape (1, 1).

    It may be an integer, a whole float, or an array or list with one of these. Raises ModelError for other values.
    """
    branch = value
    while isinstance(branch, (list, tuple)) and len(branch) == 1:
        branch = branch[0]
    if hasattr(branch, "__array__") and np.size(branch) == 1:
        branch = np.asarray(branch).ravel().tolist()[0]
    if isinstance(branch, float) and branch.is_integer():
        branch = int(branch)
    if isinstance(branch, bool) or not isinstance(branch, compat.integer_types) or not -2 <= branch < 2 ** 31:
        raise ModelError("%s: expected an integer (a branch, -1 for all of them, or -2 for none), found %s" % (
            method, arrays.describe(value)))
    return np.array([[int(branch)]])


def _array(array, request_kind):
    array = values.clean(array if array.ndim else array.reshape(1))
    kind = array.dtype.kind
    if kind in "iuf":
        return (request_kind if request_kind in ARRAY_KINDS else TENSOR), array
    return (TFTENSOR if kind == "b" and request_kind == TFTENSOR else NDARRAY), array


def _bytes(value, request_kind):
    """Python 2's `str` is both text and bytes. It is bytes in the response to a binary request, else text."""
    if compat.PY2 and isinstance(value, bytes) and request_kind not in (BINDATA, CUSTOMDATA):
        try:
            return STRDATA, compat.to_text(value)
        except UnicodeDecodeError:
            pass
    return CUSTOMDATA if request_kind == CUSTOMDATA else BINDATA, compat.bytes_of(value)


def _from_list(nested):
    try:
        array = arrays.from_nested(nested, "")
        return cells.with_exact_integers(array, lambda: np.array(nested, dtype=object))
    except BadPayload:  # the class may return rows of different lengths
        return arrays.of_objects(nested)


def numbered_names(array):
    """t:0 … t:n-1 for an array of two or more dimensions, of which the second one is n. No names for a very wide one.

    A client may have chosen the width, and a name takes more memory than a value. A width without values is free.
    """
    if array.ndim < 2:
        return []
    width = array.shape[1]
    if width > _MOST_EMPTY and (not array.size or width > _MOST_NUMBERED):
        return []
    if width > len(_numbered):
        _numbered.extend(_names(len(_numbered), min(width, _MOST_KEPT)))
    return _numbered[:width] if width <= _MOST_KEPT else _numbered + _names(_MOST_KEPT, width)


def _names(start, end):
    return [u"t:%d" % column for column in range(start, end)]


def names_reader(found, attribute):
    """A function without arguments: the names that `class_names` or `feature_names` declares, [] without any.

    It is a method, a property or an attribute, which the class may set at any time. found: the Hooks of the object.
    """
    user = found.user
    if hooks.is_method(user, attribute):
        hook = found.find(attribute)
        return lambda: _names_of(hook(), attribute) if hook else []

    def read():
        names = getattr(user, attribute, None)
        if names is None:
            return []
        if callable(names):
            names = None if hooks.is_stub(user, attribute) else compat.result_of(names())
        return _names_of(names, attribute)
    return read


def _names_of(names, attribute):
    return [] if names is None else [values.key_text(name, attribute) for name in names]


def joined_meta(request_meta, own):
    """The meta of a response: what the request brings along, and behind it what the component adds (`own`)."""
    meta = {u"puid": request_meta[u"puid"]} if u"puid" in request_meta else {}
    for key in (u"tags", u"requestPath", u"metrics"):
        if key not in own:
            if key in request_meta:
                meta[key] = request_meta[key]
        elif key not in request_meta:
            meta[key] = own[key]
        elif key == u"metrics":
            meta[key] = request_meta[key] + own[key]
        else:
            meta[key] = dict(request_meta[key])
            meta[key].update(own[key])
    return meta


def merged_tags(*sources):
    """One dict of plain values; later sources win. Raises ModelError if a source is not a dict."""
    tags = {}
    for source in sources:
        if source is not None:
            plain = values.plain(source, u"meta.tags")
            if plain and not isinstance(plain, dict):
                raise ModelError("tags: expected a dict, found %s" % type(source).__name__)
            tags.update(plain or ())
    return tags


def merged_metrics(usual, own):
    """List of checked metrics: those of the `metrics` method, then the value's own, which replace equal keys."""
    own, usual = _listed(own), _listed(usual)
    keys = set(metric["key"] for metric in own)
    return [metric for metric in usual if metric["key"] not in keys] + own


def _listed(metrics):
    """The checked metrics. Raises BadMetric, which names the field."""
    if metrics is None:
        return []
    try:
        plain = values.plain(metrics, u"meta.metrics")
    except ModelError as error:
        raise BadMetric(error.info)
    if not isinstance(plain, list):
        raise BadMetric("metrics: expected a list of dicts, found %s" % type(metrics).__name__)
    return [_metric(metric) for metric in plain]


def _metric(metric):
    """The checked metric, with its type (docs/protocol.md, "Metadata"). Raises BadMetric, which names the field."""
    if not isinstance(metric, dict):
        raise BadMetric("metrics: expected a dict with key, type and value, found %s" % type(metric).__name__)
    if not isinstance(metric.get("key"), compat.text_type) or not metric["key"]:
        raise BadMetric("metrics: key: expected text, found %s" % arrays.describe(metric.get("key")))
    if metric.get("type", u"COUNTER") not in METRIC_TYPES:
        raise BadMetric("metrics: type of '%s': expected one of %s, found %s" % (
            metric["key"], ", ".join(METRIC_TYPES), arrays.describe(metric["type"])))
    value = metric.get("value")
    if isinstance(value, bool) or not isinstance(value, compat.integer_types + (float,)):
        raise BadMetric("metrics: value of '%s': expected a number, found %s" % (
            metric["key"], arrays.describe(value)))
    checked = {u"key": metric["key"], u"type": metric.get("type", u"COUNTER"), u"value": value}
    if metric.get("tags"):
        checked[u"tags"] = _metric_tags(metric)
    return checked


def _metric_tags(metric):
    if not isinstance(metric["tags"], dict):
        raise BadMetric("metrics: tags of '%s': expected a dict, found %s" % (
            metric["key"], arrays.describe(metric["tags"])))
    try:
        return dict((key, values.key_text(value, u"tags of '%s': %s" % (metric["key"], key)))
                    for key, value in metric["tags"].items())
    except ModelError as error:
        raise BadMetric(u"metrics: " + error.info)
