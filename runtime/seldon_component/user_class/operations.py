"""The operations of the user's class: one function a method, which calls the method and makes the response."""

import functools
import itertools
import sys

import numpy as np

from ..codec import values
from ..errors import BadPayload, CallError
from ..payload import ARRAY_KINDS, CUSTOMDATA, JSONDATA, NDARRAY, STRDATA, TENSOR, V2TENSOR, V2TENSORS, Payload
from ..proto import classes
from . import batch, responses, v2_responses
from .exceptions import model_error_of

_V2 = frozenset([V2TENSOR, V2TENSORS])
_OF_ONE_REQUEST = frozenset(["meta", "trace_parent"])  # roles that a batch cannot fill


class Operations(object):
    """The operations of one object of the user's class: functions that take a request and return a Payload.

    They raise CallError, and any exception of the user's code. They refuse a message without data, because the
    historical wrappers never called a method without data.
    """

    def __init__(self, found, unit_id, image=None):
        """found: the Hooks of the object. unit_id: this node's key in `meta.routing` of a feedback.

        image: of this node, for `meta.requestPath`, or None.
        """
        self._found = found
        self._name = found.user.__class__.__name__
        self._unit_id = unit_id
        self._step = {} if image is None else {u"requestPath": {unit_id: image}}
        self._tags, self._metrics = found.find("tags"), found.find("metrics")
        self._brings_meta = bool(self._tags or self._metrics or self._step)
        self.names = dict((name, responses.names_reader(found, name)) for name in ("class_names", "feature_names"))
        self._functions = {"predict": self._predict, "route": self._route, "aggregate": self._aggregate,
                           "transform_input": self._transform, "transform_output": self._transform,
                           "score": self._score, "send_feedback": self._send_feedback}
        self._titles = dict((name, "%s.%s" % (self._name, name)) for name in list(self._functions) + ["health_status"])

    def of_service_type(self, service_type):
        """Requested method -> (name of the method, its operation), for the methods that the class has.

        If two methods are requested by one name, the later row of USER_METHODS wins: `score`, not `transform_input`.
        A method of another service type that cannot be called is the class's own affair. service_type: a ServiceType.
        """
        operations = {}
        for name, method in service_type.methods.items():
            is_main = name in service_type.main_methods
            hook = self._found.find(name, service_type.arguments_of(name), ("meta",), is_required=is_main,
                                    is_silent=name != "send_feedback")
            if hook:
                operations[method.requested_as] = name, functools.partial(self._functions[name], name, hook)
                if name == "predict" and not hook.roles & _OF_ONE_REQUEST:
                    operations[batch.METHOD] = name, functools.partial(self._predict_batch, hook)
        if service_type.passes_through:
            for name in service_type.main_methods:
                operations.setdefault(name, (name, self._pass_through))
        return operations

    def health_status(self):
        """The name and the operation of `health_status`."""
        hook = self._found.find("health_status")
        name = "health_status"
        return name, (lambda request: self._response(name, hook(), request)) if hook else healthy

    def metadata(self):
        """The same of `metadata`; None without `init_metadata`."""
        hook = self._found.find("init_metadata")
        return ("init_metadata", lambda request: Payload(JSONDATA, values.plain(hook(), u"metadata"))) if hook else None

    def _predict(self, name, hook, request):
        value = hook(features=_data_of(request), names=request.names, meta=request.meta)
        return self._response(name, value, request, self._declared("class_names", request.meta))

    def _predict_batch(self, hook, requests):
        """Payloads for requests of equal `batch.likeness`. `tags` and `metrics` are called once for all of them."""
        value = hook(features=batch.stacked(requests), names=requests[0].names)
        value, tags, metrics = responses.unwrap(value)
        names = self._declared("class_names", {}) or values.column_names(value)
        parts = batch.split(value, requests)
        payloads = [self._data("predict", part, request.kind, names) for part, request in zip(parts, requests)]
        batch.add_meta(payloads, requests, self._own_meta({}, tags, metrics))
        return payloads

    def _transform(self, name, hook, request):
        width = request.data.shape[1:2] if request.kind in ARRAY_KINDS else None
        value = hook(features=_data_of(request), names=request.names, meta=request.meta)
        names = self._declared("class_names", request.meta) if name == "transform_output" else []
        names = names or self._declared("feature_names", request.meta)
        return self._response(name, value, request, names, request.names, width)

    def _route(self, name, hook, request):
        value = hook(features=_data_of(request), names=request.names, meta=request.meta)
        branch, tags, metrics = responses.unwrap(value)
        data = responses.branch_array(self._titles[name], branch)
        kind = NDARRAY if request.kind == NDARRAY else TENSOR  # the orchestrator reads these two
        return Payload(kind, data, [], self._meta(request.meta, tags, metrics))

    def _aggregate(self, name, hook, requests):
        merged = _merged(requests)
        value = hook(features=[_data_of(request, "seldonMessages[%d]" % index)
                               for index, request in enumerate(requests)],
                     names=[request.names for request in requests],
                     meta=[request.meta for request in requests])
        return self._response(name, value, merged, self._declared("class_names", merged.meta))

    def _score(self, name, hook, request):
        value = hook(features=_data_of(request), names=request.names, meta=request.meta)
        scores, tags, metrics = responses.unwrap(value)
        tags = responses.merged_tags(tags, {u"outlierScore": scores})
        return Payload(request.kind, request.data, request.names, self._meta(request.meta, tags, metrics))

    def _send_feedback(self, name, hook, feedback):
        request, routing = feedback.request, feedback.response.meta.get(u"routing") or {}
        value = hook(features=_array_of(request), names=request.names, reward=feedback.reward,
                     truth=_array_of(feedback.truth), routing=routing.get(self._unit_id), meta=request.meta)
        if value is None:
            return Payload(meta=self._meta(request.meta, None, None))
        return self._response(name, value, request)

    def _response(self, name, value, request, declared=(), otherwise=(), width=None):
        """A response with its meta. The rest is as in `_data`."""
        tags = metrics = None
        if type(value) is not np.ndarray:
            value, tags, metrics = responses.unwrap(value)
        response = self._data(name, value, request.kind, declared, otherwise, width)
        response.meta = self._meta(request.meta, tags, metrics)
        return response

    def _declared(self, attribute, request_meta):
        """The names that `class_names` or `feature_names` declares."""
        try:
            return self.names[attribute]()
        except:  # noqa: E722 - the user's code can raise anything
            raise self._error_in(attribute, request_meta)

    def _data(self, name, value, request_kind, declared, otherwise=(), width=None):
        """A response without its meta. otherwise: names for a response that is as wide as `width`."""
        classify = v2_responses.classify if request_kind in _V2 else responses.classify
        kind, data = classify(value, request_kind, self._titles[name])
        if kind == V2TENSORS:
            return Payload(kind, tuple([array for _, array in data]), [tensor for tensor, _ in data])
        names = []
        if kind in ARRAY_KINDS:
            names = declared or ([] if data is value else values.column_names(value))
            if not names and otherwise and data.shape[1:2] == width:
                names = list(otherwise)
            names = names or ([] if kind == V2TENSOR else responses.numbered_names(data))
        return Payload(kind, data, names)

    def _pass_through(self, request):
        """The request itself, with the tags and metrics of the class."""
        meta = dict(request.meta, **self._meta(request.meta, None, None))
        return Payload(request.kind, request.data, request.names, meta)

    def _meta(self, request_meta, tags, metrics):
        """The meta of a response. tags, metrics: of the value that the method has returned, or None."""
        if self._brings_meta or tags or metrics:
            return responses.joined_meta(request_meta, self._own_meta(request_meta, tags, metrics))
        return responses.joined_meta(request_meta, {}) if request_meta else {}

    def _own_meta(self, request_meta, tags, metrics):
        """What this component adds to the meta."""
        own = dict(self._step)
        if self._tags or tags:
            own[u"tags"] = responses.merged_tags(self._said_by("tags", self._tags, request_meta), tags)
        if self._metrics or metrics:
            usual = self._said_by("metrics", self._metrics, request_meta)
            own[u"metrics"] = responses.merged_metrics(usual, metrics)
        return own

    def _said_by(self, name, hook, request_meta):
        """What a hook beside the method says; None without it."""
        try:
            return hook and hook()
        except:  # noqa: E722 - the user's code can raise anything
            raise self._error_in(name, request_meta)

    def _error_in(self, name, request_meta):
        """The error being handled, which a hook beside the method has raised: it bears the name of that hook."""
        error = sys.exc_info()[1]
        return error if isinstance(error, CallError) else model_error_of("%s.%s" % (self._name, name), request_meta)


def _array_of(payload):
    """The data of a part of a feedback. Without data it is an empty array, as in both generations."""
    return np.array([]) if payload.data is None else _data_of(payload)


def _data_of(payload, field="message"):
    """What a method gets as features: a protobuf message for customData, if the user's Python has protobuf.

    A tensor may lie in the bytes of a request. The class may write into its array, so the payload then gets a copy.
    Raises BadPayload, which names `field`, for a message without data.
    """
    kind = payload.kind
    if kind in (TENSOR, V2TENSOR):
        payload.data = _writable(payload.data)
    if kind == V2TENSORS:
        payload.data = tuple([_writable(array) for array in payload.data])
        return dict(zip(payload.names, payload.data))
    if kind is None:
        raise BadPayload("%s: expected one of data, binData, strData, jsonData, found none" % field)
    return payload.data if kind != CUSTOMDATA else classes.any_of(payload.data)


def _writable(array):
    """The array itself; a copy of one that is not writable, or not aligned."""
    flags = array.flags
    return array if flags.aligned and flags.writeable else array.copy()


def healthy(request):
    """The response of a class without `health_status`: it does respond."""
    return Payload(STRDATA, u"healthy")


def _merged(requests):
    """What the messages of a list have in common: kind and puid of the first one, and what comes back of all."""
    meta = dict(requests[0].meta)
    for key in (u"tags", u"requestPath", u"metrics"):
        parts = [request.meta[key] for request in requests if key in request.meta]
        if parts:
            meta[key] = _joined(parts)
    return Payload(requests[0].kind, None, requests[0].names, meta)


def _joined(parts):
    """One dict of several, of which later ones win, or one list."""
    if isinstance(parts[0], list):
        return list(itertools.chain(*parts))
    joined = {}
    for part in parts:
        joined.update(part)
    return joined
