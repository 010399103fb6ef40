"""KServe's protocol V1 over REST: decodes, asks, encodes. Every error is `{"error": text}`."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

from seldon_component.errors import CallError, NotImplementedByModel
from seldon_component.payload import REST, Payload

from ..codec import json_codec
from ..config.settings import Settings
from ..errors import MethodNotAllowed, NotFound
from ..http_server.protocol import Headers, HttpRequest, Respond
from ..messages import Request
from ..model.interface import Model, why_not_ready
from ..system.idle_memory import LARGE, idle_memory
from ..system.thread_pool import ThreadPool
from ..v1 import cloud_events, messages
from ..v1.cloud_events import Event
from ..v2.inference import Inference
from .body import read_body
from .error_response import JSON, respond_v2_error
from .for_graph import tell_units
from .request import is_small
from .routes import LONGEST_KEPT, plain

_MODELS = "/v1/models"
_STRUCTURED: Headers = (("Content-Type", cloud_events.MEDIA_TYPE),)
_READ, _WRITE = ("GET", "HEAD"), ("POST",)
_VERBS = {"predict": _WRITE, "explain": _WRITE, "": _READ}


class _Found(NamedTuple):
    """model: "" for the list of models. action: a key of _VERBS."""

    model: str
    action: str


class _Asked(NamedTuple):
    """What the response to a prediction needs of its request."""

    model: str
    event: Event | None


def find(path: str) -> _Found | None:
    """The meaning of a path, each byte of which is one character; None for a path of no meaning."""
    return _find_kept(path) if len(path) <= LONGEST_KEPT else _find(path)


def _find(path: str) -> _Found | None:
    path = plain(path)
    if path == _MODELS:
        return _Found("", "")
    if not path.startswith(_MODELS + "/"):
        return None
    rest = path[len(_MODELS) + 1 :].encode("latin-1").decode("utf-8", "replace")
    model, _, action = rest.rpartition(":")
    return _Found(model, action) if model and action in _VERBS else _Found(rest, "")


_find_kept = lru_cache(maxsize=256)(_find)


class V1Paths:
    """Responds to the paths below /v1. See `ProtocolPaths`."""

    urgent_paths = frozenset[str]()

    def __init__(self, model: Model, settings: Settings, readers: ThreadPool) -> None:
        """readers: threads for the requests that take long to read."""
        self._model = model
        self._readers = readers
        self._inference = Inference(model, settings)
        self._largest = settings.serving.max_inflated_bytes
        self._nan_literal = settings.serving.json_nan == "literal"
        self._is_graph = settings.is_graph
        serving = settings.serving
        self._events = cloud_events.EventSettings(serving.ce_type, serving.ce_source, serving.ce_merge)

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        found = find(request.path)
        if found is None:
            there = ", ".join((_MODELS, _MODELS + "/{name}", _MODELS + "/{name}:predict"))
            return respond_v2_error(respond, NotFound(f"no such path: {request.path}; there are: {there}"))
        verbs = _VERBS[found.action]
        if request.method not in verbs:
            return _refuse_verb(request, verbs, respond)
        if found.action != "predict":
            self._tell(found, respond)
        elif is_small(request):
            self._predict(found.model, request, respond)
        else:
            self._readers.do(self._predict, found.model, request, respond)

    def is_for_the_class(self, path: str) -> bool:
        """See `ProtocolPaths`."""
        found = find(path)
        return found is not None and found.action == "predict"

    def _tell(self, found: _Found, respond: Respond) -> None:
        """Which models there are, or whether one of them is ready."""
        if not found.model:
            return respond(200, JSON, json_codec.dump({"models": list(self._inference.names)}))
        try:
            self._inference.check_name(found.model)
            if found.action == "explain":
                raise NotImplementedByModel("there is no explainer; use :predict")
        except CallError as error:
            return respond_v2_error(respond, error)
        if self._model.ready:
            return respond(200, JSON, json_codec.dump({"name": found.model, "ready": True}))
        status = {"name": found.model, "ready": False, "error": why_not_ready(self._model)}
        respond(503, JSON, json_codec.dump(status))

    def _predict(self, model: str, http_request: HttpRequest, respond: Respond) -> None:
        """Raises nothing."""
        if len(http_request.body) > LARGE:
            idle_memory.note_large_message()
        try:
            self._inference.check_name(model)
            payload, event = self._payload(http_request)
            request = Request(self._inference.method(), payload, REST, http_request.header(b"traceparent"))
        except Exception as error:
            return respond_v2_error(respond, error)
        http_request.body = b""  # it is not needed any longer, and may be large
        if puid := http_request.header(b"seldon-puid") or http_request.header(b"x-request-id"):
            payload.meta["puid"] = puid
        if self._is_graph:
            tell_units(http_request, request)
        http_request.on_disconnect(request.cancel)
        self._model.ask(request, partial(self._respond, respond, _Asked(model, event)))

    def _payload(self, request: HttpRequest) -> tuple[Payload, Event | None]:
        value = messages.parse(read_body(request, self._largest), self._largest)
        if request.header(b"content-type").lower().startswith(cloud_events.MEDIA_TYPE):
            event, value = cloud_events.structured_event(value, self._largest)
            return messages.to_payload(value), event
        return messages.to_payload(value), cloud_events.binary_event(request.headers)

    def _respond(self, respond: Respond, asked: _Asked, payload: Payload | None, error: CallError | None) -> None:
        """The OnAnswer of a request: in a thread of the model's, so it raises nothing."""
        if payload is None:
            return respond_v2_error(respond, error or CallError("the component gave no response"))
        try:
            headers, body = self._encode(payload, asked)
        except Exception as failure:
            return respond_v2_error(respond, failure)
        if len(body) > LARGE:
            idle_memory.note_large_message()
        respond(200, headers, body)

    def _encode(self, payload: Payload, asked: _Asked) -> tuple[Headers, bytes]:
        body = messages.write(payload, self._nan_literal)
        if asked.event is None:
            return JSON, body
        attributes = asked.event.response(asked.model, self._events)
        if asked.event.is_structured:
            return _STRUCTURED, cloud_events.wrapped(attributes, body)
        return (*JSON, *cloud_events.headers_of(attributes)), body


def _refuse_verb(request: HttpRequest, verbs: tuple[str, ...], respond: Respond) -> None:
    allow = ("Allow", ", ".join(sorted([*verbs, "OPTIONS"])))
    if request.method == "OPTIONS":
        return respond(204, (allow,), b"")
    error = MethodNotAllowed(f"{request.method} is not allowed on {request.path}; use {' or '.join(verbs)}")
    respond_v2_error(respond, error, allow)
