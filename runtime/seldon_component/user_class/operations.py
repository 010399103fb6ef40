"""The operations of the user's class: one function a method, which calls the method and makes the response."""

import functools

import numpy as np

from .. import compat
from ..codec import arrays, values
from ..errors import BadPayload, ModelError, says_absent
from ..payload import ARRAY_KINDS, JSONDATA, STRDATA, TENSOR, Payload
from . import batch, hooks, responses


class Operations(object):
    """The operations of one object of the user's class: functions that take a request and return a Payload.

    They raise CallError, and any exception of the user's code. They refuse a message without data, because the
    historical wrappers never called a method without data.
    """

    def __init__(self, user, unit_id):
        """unit_id: this node's key in `meta.routing` of a feedback."""
        self._user = user
        self._name = user.__class__.__name__
        self._unit_id = unit_id
        self._tags = hooks.bind(user, "tags", ())
        self._metrics = hooks.bind(user, "metrics", ())
        self._functions = {"predict": self._predict, "route": self._route, "aggregate": self._aggregate,
                           "transform_input": self._transform, "transform_output": self._transform,
                           "score": self._score, "send_feedback": self._send_feedback}

    def of_service_type(self, service_type):
        """Requested method -> list of operations, for the methods that the class has. service_type: a ServiceType.

        If two methods are requested by one name, the later row of USER_METHODS wins: `score`, not `transform_input`.
        """
        operations = {}
        for name, method in service_type.methods.items():
            hook = hooks.bind(self._user, name, service_type.arguments_of(name), extra=("meta",))
            if hook:
                operations[method.requested_as] = [functools.partial(self._functions[name], name, hook)]
                if name == "predict" and "meta" not in hook.roles:
                    operations[batch.METHOD] = [functools.partial(self._predict_batch, hook)]
        if service_type.passes_through:
            for name in service_type.main_methods:
                operations.setdefault(name, []).append(_pass_through)
        return operations

    def health_status(self):
        """The operations for `health_status`."""
        hook = hooks.bind(self._user, "health_status", ())
        own = [lambda request: self._response("health_status", hook(), request, [])] if hook else []
        return own + [_healthy]

    def metadata(self):
        """The operations for `metadata`."""
        hook = hooks.bind(self._user, "init_metadata", ())
        return [lambda request: Payload(JSONDATA, values.plain(hook(), u"metadata"))] if hook else []

    def _predict(self, name, hook, request):
        _check_has_data(request)
        value = hook(features=request.data, names=request.names, meta=request.meta)
        return self._response(name, value, request, responses.declared_names(self._user, "class_names"))

    def _predict_batch(self, hook, requests):
        """Payloads for requests of equal `batch.likeness`. `tags` and `metrics` are called once for all of them."""
        value = hook(features=batch.stacked(requests), names=requests[0].names)
        value, tags, metrics = responses.unwrap(value)
        declared = responses.declared_names(self._user, "class_names") or values.column_names(value)
        payloads = [self._data("predict", part, request.kind, declared)
                    for part, request in zip(batch.split(value, requests), requests)]
        batch.add_meta(payloads, requests, self._meta({}, tags, metrics))
        return payloads

    def _transform(self, name, hook, request):
        _check_has_data(request)
        width = request.data.shape[1:2] if request.kind in ARRAY_KINDS else None
        value = hook(features=request.data, names=request.names, meta=request.meta)
        return self._response(name, value, request, responses.declared_names(self._user, "feature_names"),
                              otherwise=request.names, width=width)

    def _route(self, name, hook, request):
        _check_has_data(request)
        value = hook(features=request.data, names=request.names, meta=request.meta)
        branch, tags, metrics = responses.unwrap(value)
        if isinstance(branch, bool) or not isinstance(branch, compat.integer_types + (np.integer,)) or branch < -1:
            raise ModelError("%s.%s: expected an integer (a branch, or -1 for all of them), found %s" % (
                self._name, name, arrays.describe(branch)))
        kind = request.kind if request.kind in ARRAY_KINDS else TENSOR
        return Payload(kind, np.array([[int(branch)]]), [], self._meta(request.meta, tags, metrics))

    def _aggregate(self, name, hook, requests):
        for index, request in enumerate(requests):
            _check_has_data(request, "seldonMessages[%d]" % index)
        merged = _merged(requests)
        value = hook(features=[request.data for request in requests],
                     names=[request.names for request in requests],
                     meta=[request.meta for request in requests])
        return self._response(name, value, merged, responses.declared_names(self._user, "class_names"))

    def _score(self, name, hook, request):
        _check_has_data(request)
        value = hook(features=request.data, names=request.names, meta=request.meta)
        scores, tags, metrics = responses.unwrap(value)
        tags = responses.merged_tags(tags, {u"outlierScore": scores})
        return Payload(request.kind, request.data, request.names, self._meta(request.meta, tags, metrics))

    def _send_feedback(self, name, hook, feedback):
        request, routing = feedback.request, feedback.response.meta.get(u"routing") or {}
        value = hook(features=request.data, names=request.names, reward=feedback.reward, truth=feedback.truth.data,
                     routing=routing.get(self._unit_id), meta=request.meta)
        if value is None:
            return Payload(meta=self._meta(request.meta, None, None))
        return self._response(name, value, request, [])

    def _response(self, name, value, request, declared, otherwise=(), width=None):
        value, tags, metrics = responses.unwrap(value)
        response = self._data(name, value, request.kind, declared, otherwise, width)
        response.meta = self._meta(request.meta, tags, metrics)
        return response

    def _data(self, name, value, request_kind, declared, otherwise=(), width=None):
        """A response without its meta. otherwise: names for a response that is as wide as `width`."""
        kind, data = responses.classify(value, request_kind, "%s.%s" % (self._name, name))
        names = []
        if kind in ARRAY_KINDS:
            kept = otherwise if data.shape[1:2] == width else ()
            names = declared or values.column_names(value) or list(kept) or responses.numbered_names(data)
        return Payload(kind, data, names)

    def _meta(self, request_meta, tags, metrics):
        meta = {u"puid": request_meta[u"puid"]} if u"puid" in request_meta else {}
        if self._tags or tags or u"tags" in request_meta:
            meta[u"tags"] = responses.merged_tags(request_meta.get(u"tags"), _optional(self._tags), tags)
        if self._metrics or metrics:
            meta[u"metrics"] = responses.merged_metrics(_optional(self._metrics), metrics)
        return meta


def _optional(hook):
    """What a hook returns; None without one. seldon_core's base class raises NotImplementedError for an absent hook."""
    if hook is None:
        return None
    try:
        return hook()
    except Exception as error:
        if says_absent(error):
            return None
        raise


def _check_has_data(payload, field="message"):
    if payload.kind is None:
        raise BadPayload("%s: expected one of data, binData, strData, jsonData, found none" % field)


def _pass_through(request):
    """The request unchanged, but without metrics: another component's metrics would be counted a second time."""
    meta = dict((key, value) for key, value in request.meta.items() if key != u"metrics")
    return Payload(request.kind, request.data, request.names, meta)


def _healthy(request):
    """The response of a class without `health_status`: it does respond."""
    return Payload(STRDATA, u"healthy")


def _merged(requests):
    """What the messages of a list have in common: the kind and the puid of the first one, the tags of all."""
    meta = dict(requests[0].meta)
    tags = responses.merged_tags(*[request.meta.get(u"tags") for request in requests])
    if tags:
        meta[u"tags"] = tags
    return Payload(requests[0].kind, None, requests[0].names, meta)
