"""The prediction paths, in front of the probes and of the server's own paths."""

from __future__ import annotations

from functools import partial

from seldon_component.errors import CallError
from seldon_component.payload import REST, Payload, first_of

from ..codec import json_codec
from ..config.settings import Settings
from ..errors import MethodNotAllowed, overloaded
from ..http_server.protocol import Handler, HttpRequest, Respond
from ..messages import Content, Request
from ..model.interface import Model
from ..system.idle_memory import LARGE, idle_memory
from ..system.thread_pool import ThreadPool
from .error_response import FINAL_STATUSES, JSON, error_response, respond_error, respond_v2_error
from .for_graph import tell_units
from .other_protocols import OtherProtocols
from .probes import PATHS as PROBES
from .probes import STATUS_PATHS
from .request import is_quickly_read, read_content
from .routes import METHODS, POST_ONLY, plain

_ASKED, _CHANGES = ("POST", "GET"), ("POST",)  # the verbs of a method, and of one in POST_ONLY


class Predictions:
    """Answers the paths of `routes.PATHS`, hands every other path on. An `Application`."""

    def __init__(
        self, model: Model, settings: Settings, readers: ThreadPool, others: OtherProtocols, otherwise: Handler
    ) -> None:
        """readers: threads for the requests that take long to read. others: the protocols besides Seldon's."""
        self._model = model
        self._readers = readers
        self._others = others
        self._otherwise = otherwise
        self._methods = METHODS if "seldon" in settings.serving.protocols else {}
        self.urgent_paths = frozenset((*PROBES, *STATUS_PATHS, *others.urgent_paths))
        self._max_waiting = settings.max_waiting
        self._max_inflated_bytes = settings.serving.max_inflated_bytes
        self._nan_literal = settings.serving.json_nan == "literal"
        self._is_graph = settings.is_graph

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        method = self._methods.get(request.path)
        if method is None:
            handler = self._others.handler_of(request.path)
            if handler is not None:
                return handler(request, respond)
            request.path = plain(request.path)
            method = self._methods.get(request.path)
            if method is None:
                return (self._others.handler_of(request.path) or self._otherwise)(request, respond)
        if request.method != "POST" and request.method not in (verbs := _CHANGES if method in POST_ONLY else _ASKED):
            return _refuse(request.method, verbs, respond)
        if is_quickly_read(request):
            return self._ask(method, request, respond)
        self._readers.do(self._ask_in_thread, method, request, respond)

    def _ask_in_thread(self, method: str, request: HttpRequest, respond: Respond) -> None:
        if len(request.body) > LARGE:
            idle_memory.note_large_message()
        self._ask(method, request, respond)

    def refusal(self, path: str) -> CallError | None:
        """See `Application`."""
        return overloaded(self._max_waiting) if self._model.is_full and self._is_for_the_class(path) else None

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        """See `Application`."""
        if self._others.handler_of(request.path) is None:
            respond_error(respond, error)
        else:
            respond_v2_error(respond, error)

    def _is_for_the_class(self, path: str) -> bool:
        return path in self._methods or plain(path) in self._methods or self._others.is_for_the_class(path)

    def _ask(self, method: str, http_request: HttpRequest, respond: Respond) -> None:
        """Raises nothing."""
        try:
            content = read_content(method, http_request, self._max_inflated_bytes)
        except Exception as error:
            return respond_error(respond, error)
        if b"seldon-puid" in http_request.headers:
            _take_puid(content, http_request.header(b"seldon-puid"))
        http_request.body = b""  # it is not needed any longer, and may be large
        request = Request(method, content, REST, http_request.header(b"traceparent"))
        if self._is_graph:
            tell_units(http_request, request)
        http_request.on_disconnect(request.cancel)
        self._model.ask(request, partial(self._answer, respond, request))

    def _answer(self, respond: Respond, request: Request, payload: Payload | None, error: CallError | None) -> None:
        """The OnAnswer of a request: in a thread of the model's, so it raises nothing."""
        if payload is None:
            return respond_error(respond, error or CallError("the component gave no response"))
        try:
            body = json_codec.encode(payload, self._nan_literal)
        except Exception as failure:
            return respond_error(respond, failure, request)
        status = payload.status and payload.status.get("code")
        if len(body) > LARGE:
            idle_memory.note_large_message()
        respond(status if status in FINAL_STATUSES else 200, JSON, body)


def _take_puid(content: Content, puid: str) -> None:
    """The puid of a header, for a message without one."""
    meta = first_of(content).meta
    if puid and not meta.get("puid"):
        meta["puid"] = puid


def _refuse(verb: str, verbs: tuple[str, ...], respond: Respond) -> None:
    """Tell OPTIONS what there is, and every other verb that it is not among it."""
    allow = ("Allow", ", ".join(sorted([*verbs, "OPTIONS"])))
    if verb == "OPTIONS":
        return respond(204, (allow,), b"")
    status, body = error_response(MethodNotAllowed(f"{verb} is not allowed here; use {' or '.join(verbs)}"))
    respond(status, (*JSON, allow), body)
