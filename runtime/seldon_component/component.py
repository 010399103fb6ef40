"""The user's class as a component: which hook a method calls, with what, and what comes back."""

import traceback

import numpy as np

from . import compat
from .channel.failure import failure_of
from .codec import arrays
from .errors import BadPayload, CallError, ModelError, NotImplementedByModel, says_absent
from .payload import ARRAY_KINDS, JSONDATA, REST, STRDATA, TENSOR, Payload
from .user_class import answers, batch, hooks, raw
from .user_class.service_types import ARGUMENTS, MAIN_METHODS, METHODS, ROUTER_FEEDBACK, check_class, main_methods


class Component(object):
    """One loaded instance of the user's class. Called from one thread, the one that constructed it."""

    def __init__(self, user, service_type, unit_id):
        """service_type: a key of MAIN_METHODS. unit_id: this node's key in `meta.routing` of a feedback."""
        check_class(user.__class__, service_type)
        self.name = user.__class__.__name__
        self._main_methods = main_methods(user.__class__, service_type)
        self._user = user
        self._unit_id = unit_id
        self._tags = hooks.bind(user, "tags", ())
        self._metrics = hooks.bind(user, "metrics", ())
        operations = self._bind_operations(service_type)
        self._chains = dict((wire, self._bind_chains(operations, wire)) for wire in hooks.SUFFIXES)
        self._methods = sorted(name for name in METHODS if any(chains[name] for chains in self._chains.values()))

    def call(self, method, payload, wire=REST):
        """Answer one question.

        method: one of METHODS, health_status, metadata, or batch.METHOD. wire: decides which message hooks are asked.
        payload: Payload (an empty one for health_status and metadata); a list for `aggregate` and a batch; Feedback.
        Returns a Payload, for a batch a list. Raises CallError; what the user raised is logged, and a ModelError.
        """
        for operation in self._chains[wire].get(method, ()):
            try:
                return operation(payload)
            except CallError:
                raise
            except (Exception, SystemExit) as error:
                if not says_absent(error):
                    raise failure_of("%s.%s" % (self.name, method), error, payload)
        raise self._lacks(method)

    def describe(self):
        """What is known of the component once it is loaded: a dict of plain values."""
        return {u"name": compat.to_text(self.name),
                u"methods": [compat.to_text(method) for method in self._methods],
                u"batches": sorted(wire for wire, chains in self._chains.items() if chains.get(batch.METHOD)),
                u"main_methods": [compat.to_text(method) for method in self._main_methods],
                u"class_names": self._names_if_known("class_names"),
                u"feature_names": self._names_if_known("feature_names"),
                u"inputs": answers.declared_inputs(self._user)}

    def _names_if_known(self, attribute):
        """Declared names; [] where the user's code can tell them only after its first call."""
        try:
            return answers.declared_names(self._user, attribute)
        except Exception:
            compat.log(u"%s.%s raised:" % (self.name, attribute), traceback.format_exc().rstrip())
            return []

    def _bind_chains(self, operations, wire):
        """method -> its operations, of which the first one that is not absent answers."""
        asked_raw = raw.status_operation(self._user, "health_status_raw")
        chains = {"health_status": [asked_raw, self._health_status(), _healthy], "metadata": [self._metadata()]}
        for method in METHODS:
            chains[method] = raw.operations(self._user, method, wire) + operations.get(method, [])
        chains[batch.METHOD] = [] if raw.operations(self._user, "predict", wire) else operations.get(batch.METHOD, [])
        return dict((method, [operation for operation in chain if operation]) for method, chain in chains.items())

    def _bind_operations(self, service_type):
        order = dict(ARGUMENTS, send_feedback=ROUTER_FEEDBACK) if service_type == "ROUTER" else ARGUMENTS
        bound = dict((method, hooks.bind(self._user, method, order[method], extra=("meta",))) for method in order)
        makers = {"predict": self._predict, "transform_input": self._transform, "transform_output": self._transform,
                  "route": self._route, "aggregate": self._aggregate, "send_feedback": self._send_feedback}
        operations = dict((method, [_with_data(maker(method, bound[method]))])
                          for method, maker in makers.items() if bound[method])
        if bound["predict"] and "meta" not in bound["predict"].roles:
            operations[batch.METHOD] = [batch.operation(bound["predict"], self._predicted, self._meta)]
        if service_type == "TRANSFORMER":
            for method in MAIN_METHODS[service_type]:
                operations.setdefault(method, []).append(_pass_through)
        if service_type == "OUTLIER_DETECTOR" and bound["score"]:
            operations["transform_input"] = [_with_data(self._score("score", bound["score"]))]
        return operations

    def _predict(self, method, hook):
        def predict(question):
            value = hook(features=question.data, names=question.names, meta=question.meta)
            return self._answer(method, value, question, answers.declared_names(self._user, "class_names"))
        return predict

    def _transform(self, method, hook):
        def transform(question):
            width = np.shape(question.data)[1:2]
            value = hook(features=question.data, names=question.names, meta=question.meta)
            return self._answer(method, value, question, answers.declared_names(self._user, "feature_names"),
                                otherwise=question.names, width=width)
        return transform

    def _route(self, method, hook):
        def route(question):
            value = hook(features=question.data, names=question.names, meta=question.meta)
            branch, tags, metrics = answers.unwrap(value)
            if isinstance(branch, bool) or not isinstance(branch, compat.integer_types + (np.integer,)) or branch < -1:
                raise ModelError("%s.route returned %s; an integer is expected: a branch, or -1 for all of them" % (
                    self.name, arrays.describe(branch)))
            kind = question.kind if question.kind in ARRAY_KINDS else TENSOR
            return Payload(kind, np.array([[int(branch)]]), [], self._meta(question.meta, tags, metrics))
        return route

    def _aggregate(self, method, hook):
        def aggregate(questions):
            merged = _merged(questions)
            value = hook(features=[question.data for question in questions],
                         names=[question.names for question in questions],
                         meta=[question.meta for question in questions])
            return self._answer(method, value, merged, answers.declared_names(self._user, "class_names"))
        return aggregate

    def _score(self, method, hook):
        def score(question):
            value = hook(features=question.data, names=question.names, meta=question.meta)
            scores, tags, metrics = answers.unwrap(value)
            tags = answers.merged_tags(tags, {u"outlierScore": scores})
            return Payload(question.kind, question.data, question.names, self._meta(question.meta, tags, metrics))
        return score

    def _send_feedback(self, method, hook):
        def send_feedback(feedback):
            request, routing = feedback.request, feedback.response.meta.get(u"routing") or {}
            value = hook(features=request.data, names=request.names, reward=feedback.reward, truth=feedback.truth.data,
                         routing=routing.get(self._unit_id), meta=request.meta)
            if value is None:
                return Payload(meta=self._meta(request.meta, None, None))
            return self._answer(method, value, request, [])
        return send_feedback

    def _health_status(self):
        hook = hooks.bind(self._user, "health_status", ())
        return hook and (lambda question: self._answer("health_status", hook(), question, []))

    def _metadata(self):
        hook = hooks.bind(self._user, "init_metadata", ())
        return hook and (lambda question: Payload(JSONDATA, arrays.plain(hook())))

    def _answer(self, method, value, question, declared, otherwise=(), width=None):
        value, tags, metrics = answers.unwrap(value)
        answer = self._data(method, value, question.kind, declared, otherwise, width)
        answer.meta = self._meta(question.meta, tags, metrics)
        return answer

    def _predicted(self, value, asked):
        return self._data("predict", value, asked, answers.declared_names(self._user, "class_names"))

    def _data(self, method, value, asked, declared, otherwise=(), width=None):
        """An answer without its meta. asked: kind of the question."""
        kind, data = answers.classify(value, asked, "%s.%s" % (self.name, method))
        names = []
        if kind in ARRAY_KINDS:
            kept = otherwise if data.shape[1:2] == width else ()
            names = declared or list(kept) or answers.numbered_names(data)
        return Payload(kind, data, names)

    def _meta(self, asked, tags, metrics):
        meta = {u"puid": asked[u"puid"]} if u"puid" in asked else {}
        if self._tags or tags or u"tags" in asked:
            meta[u"tags"] = answers.merged_tags(asked.get(u"tags"), _optional(self._tags), tags)
        if self._metrics or metrics:
            meta[u"metrics"] = answers.merged_metrics(_optional(self._metrics), metrics)
        return meta

    def _lacks(self, method):
        return NotImplementedByModel("%s has no method %s; it has: %s" % (
            self.name, method, ", ".join(self._methods)))


def _optional(hook):
    """What a hook says, or None where there is none: seldon_core's base class raises NotImplementedError for those."""
    try:
        return hook and hook()
    except Exception as error:
        if says_absent(error):
            return None
        raise


def _with_data(operation):
    """The operation, for questions that have data: no method of the user's was ever called without."""
    def checked(question):
        if type(question) is Payload and question.kind is not None:
            return operation(question)
        many = isinstance(question, list)
        for index, one in enumerate(question if many else [question]):
            if isinstance(one, Payload) and one.kind is None:
                raise BadPayload("%s: one of data, binData, strData, jsonData expected, found none" % (
                    "seldonMessages[%d]" % index if many else "message"))
        return operation(question)
    return checked


def _pass_through(question):
    """The question as it is, but for its metrics: they are another component's, and would be counted once more."""
    meta = dict((key, value) for key, value in question.meta.items() if key != u"metrics")
    return Payload(question.kind, question.data, question.names, meta)


def _healthy(question):
    """What a class without `health_status` answers: it does answer."""
    return Payload(STRDATA, u"healthy")


def _merged(questions):
    """What the messages of a list have in common: the first one's kind and puid, everybody's tags."""
    meta = dict(questions[0].meta)
    tags = answers.merged_tags(*[question.meta.get(u"tags") for question in questions])
    if tags:
        meta[u"tags"] = tags
    return Payload(questions[0].kind, None, questions[0].names, meta)
