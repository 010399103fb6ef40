"""The Open Inference Protocol over REST: decodes, asks, encodes. Every error is `{"error": text}`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from seldon_component.codec.arrays import describe
from seldon_component.errors import BadPayload, CallError
from seldon_component.payload import REST

from ..codec import json_codec
from ..config.settings import Settings
from ..errors import MethodNotAllowed, NotFound
from ..http_server.protocol import Headers, HttpRequest, Respond
from ..messages import Headers as ClientHeaders
from ..model.interface import Model, why_not_ready
from ..system.idle_memory import LARGE, idle_memory
from ..system.thread_pool import ThreadPool
from ..v2 import json_messages, server_facts
from ..v2.inference import Inference, new_id
from ..v2.messages import InferRequest, InferResponse
from . import v2_openapi
from .body import read_body
from .compression import LEAST, respond_compressed, wanted_encoding
from .error_response import JSON, respond_v2_error
from .for_graph import headers_of
from .request import is_small
from .v2_routes import INFER, PATHS, PROBES, Found, find

_HEADER = "Inference-Header-Content-Length"
_MOST_DIGITS = 19
_HEADER_KEY = _HEADER.lower().encode()
_BINARY = ("Content-Type", "application/octet-stream")
_Response = tuple[int, Any]  # status, and what is sent as JSON


class V2Paths:
    """Responds to the paths below /v2. See `ProtocolPaths`."""

    urgent_paths = PROBES

    def __init__(self, model: Model, settings: Settings, readers: ThreadPool, threads: ThreadPool) -> None:
        """readers: threads for the requests that take long to read. threads: for those that wait for the component."""
        self._model = model
        self._readers, self._threads = readers, threads
        self._inference, self._is_graph = Inference(model, settings), settings.is_graph
        self._largest = settings.serving.max_inflated_bytes
        self._least_compressed = settings.serving.compression_min_bytes or LEAST
        # name of a route -> its function, and whether it waits for the component
        self._handlers: dict[str, tuple[Callable[[Found, HttpRequest], _Response], bool]] = {
            "server": (self._server, False),
            "live": (self._live, False),
            "ready": (self._ready, False),
            "models": (self._models, False),
            "docs": (self._docs, True),
            "model_docs": (self._model_docs, True),
            "model_ready": (self._model_ready, False),
            "model": (self._metadata, True),
            "index": (self._index, False),
            "load": (self._load, False),
            "unload": (self._unload, False),
        }

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        found = find(request.path)
        if found is None:
            there = ", ".join([*PATHS, "/v2/models/{name}/infer"])
            return respond_v2_error(respond, NotFound(f"no such path: {request.path}; there are: {there}"))
        if request.method not in found.route.verbs:
            return _refuse_verb(request, found, respond)
        if found.route is not INFER:
            handle, waits = self._handlers[found.route.name]
            _do(self._threads if waits else None, _respond_json, handle, found, request, respond)
        elif is_small(request):
            self._infer(found, request, respond)
        else:
            self._readers.do(self._infer, found, request, respond)

    def is_for_the_class(self, path: str) -> bool:
        """See `ProtocolPaths`."""
        found = find(path)
        return found is not None and found.route is INFER

    def _infer(self, found: Found, http_request: HttpRequest, respond: Respond) -> None:
        """Raises nothing."""
        if len(http_request.body) > LARGE:
            idle_memory.note_large_message()
        try:
            self._inference.check_name(found.model, found.version)
            message = self._message(found, http_request)
            encoding = wanted_encoding(http_request)
            puid = http_request.header(b"seldon-puid") or http_request.header(b"x-request-id")
            http_request.body = b""  # it is not needed any longer, and may be large
            on_response = partial(self._respond, respond, message, encoding)
            trace = http_request.header(b"traceparent")
            headers: ClientHeaders = ()
            if self._is_graph:
                puid = message.id or puid or new_id()
                headers = headers_of(http_request, puid)
            self._inference.infer(message, REST, puid, trace, http_request.on_disconnect, on_response, headers)
        except Exception as error:
            respond_v2_error(respond, error)

    def _message(self, found: Found, request: HttpRequest) -> InferRequest:
        body, size = request.body, request.headers.get(_HEADER_KEY)
        if b"content-encoding" in request.headers:
            body = read_body(request, self._largest)
        if size is not None and not (size.isdigit() and len(size) <= _MOST_DIGITS):
            raise BadPayload(f"{_HEADER}: expected a number of bytes, found {describe(size.decode('latin-1'))}")
        json_size = None if size is None else int(size)
        return json_messages.decode(body, found.model, found.version, self._largest, json_size)

    def _respond(
        self,
        respond: Respond,
        message: InferRequest,
        encoding: str,
        response: InferResponse | None,
        error: CallError | None,
    ) -> None:
        """The OnResponse of a request: in a thread of the model's, so it raises nothing."""
        if response is None:
            return respond_v2_error(respond, error or CallError("the component gave no response"))
        try:
            headers, body = _encoded(response, message)
        except Exception as failure:
            return respond_v2_error(respond, failure)
        if len(body) > LARGE:
            idle_memory.note_large_message()
        if encoding and len(body) >= self._least_compressed:
            self._readers.do(respond_compressed, respond, 200, headers, body, encoding)
        else:
            respond(200, headers, body)

    # The functions of the routes: (found, request) -> the response. They raise CallError.

    def _server(self, found: Found, request: HttpRequest) -> _Response:
        return 200, server_facts.server_metadata()

    def _live(self, found: Found, request: HttpRequest) -> _Response:
        return 200, {"live": True}

    def _ready(self, found: Found, request: HttpRequest) -> _Response:
        if self._model.ready:
            return 200, {"live": True, "ready": True}
        return 503, {"live": True, "ready": False, "error": why_not_ready(self._model)}

    def _models(self, found: Found, request: HttpRequest) -> _Response:
        return 200, {"models": list(self._inference.names)}

    def _model_ready(self, found: Found, request: HttpRequest) -> _Response:
        self._inference.check_name(found.model, found.version)
        if self._model.ready:
            return 200, {"name": found.model, "ready": True}
        return 503, {"name": found.model, "ready": False, "error": why_not_ready(self._model)}

    def _metadata(self, found: Found, request: HttpRequest) -> _Response:
        self._inference.check_name(found.model, found.version)
        return 200, self._inference.metadata.document(found.model)

    def _docs(self, found: Found, request: HttpRequest) -> _Response:
        return 200, self._document(self._inference.names)

    def _model_docs(self, found: Found, request: HttpRequest) -> _Response:
        self._inference.check_name(found.model, found.version)
        return 200, self._document((found.model,))

    def _document(self, names: tuple[str, ...]) -> dict[str, Any]:
        inputs = [spec.describe() for spec in self._inference.metadata.inputs()]
        width = len(self._model.description.get("feature_names", ()))
        return v2_openapi.document(names, inputs, width, self._inference.is_possible())

    def _index(self, found: Found, request: HttpRequest) -> _Response:
        """The body may be empty, and may want only a model that is ready."""
        body = read_body(request, self._largest)
        wish = json_codec.parse_plain(body, self._largest) if body.strip() else {}
        return 200, server_facts.index(self._inference, isinstance(wish, dict) and bool(wish.get("ready")))

    def _load(self, found: Found, request: HttpRequest) -> _Response:
        server_facts.load(self._inference, found.model)
        return 200, {"name": found.model, "load": True}

    def _unload(self, found: Found, request: HttpRequest) -> _Response:
        server_facts.unload(self._inference, found.model)
        return 200, {"name": found.model, "unload": True}


def _do(threads: ThreadPool | None, work: Callable[..., None], *arguments: Any) -> None:
    """In this thread, if there are no others."""
    if threads:
        threads.do(work, *arguments)
    else:
        work(*arguments)


def _encoded(response: InferResponse, message: InferRequest) -> tuple[Headers, bytes]:
    """The headers and the body of a response."""
    json, buffers = json_messages.encode(response, message)
    if not buffers:
        return JSON, json
    return (_BINARY, (_HEADER, str(len(json)))), b"".join([json, *buffers])


def _respond_json(handle: Callable[..., _Response], found: Found, request: HttpRequest, respond: Respond) -> None:
    """Raises nothing."""
    try:
        status, value = handle(found, request)
        body = json_codec.dump(value)
    except Exception as error:
        return respond_v2_error(respond, error)
    respond(status, JSON, body)


def _refuse_verb(request: HttpRequest, found: Found, respond: Respond) -> None:
    allow = ("Allow", ", ".join(sorted([*found.route.verbs, "OPTIONS"])))
    if request.method == "OPTIONS":
        return respond(204, (allow,), b"")
    error = MethodNotAllowed(f"{request.method} is not allowed on {request.path}; use {' or '.join(found.route.verbs)}")
    respond_v2_error(respond, error, allow)
