"""The paths that tell whether the server lives and is ready. They are answered in the event loop, before all others."""

from __future__ import annotations

from seldon_component.errors import Unavailable

from ..errors import MethodNotAllowed
from ..http_server.protocol import Handler, HttpRequest, Respond
from ..model.interface import Model, why_not_ready
from .error_response import JSON, error_response, respond_error

_WORDS = {"/live": b"live", "/ready": b"ready", "/health/ping": b"pong", "/api/v1.0/health/ping": b"pong"}
PATHS = tuple(_WORDS)
STATUS_PATHS = ("/health/status", "/api/v1.0/health/status")  # probes, too, but not answered here
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_ALLOW = ("Allow", "GET, HEAD, OPTIONS")


class Probes:
    """Answers the paths of PATHS, hands every other path on. A Handler."""

    def __init__(self, model: Model, otherwise: Handler) -> None:
        self._model = model
        self._otherwise = otherwise

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        word = _WORDS.get(request.path)
        if word is None:
            self._otherwise(request, respond)
        elif request.method == "OPTIONS":
            respond(200, (*_TEXT, _ALLOW), b"")
        elif request.method not in ("GET", "HEAD"):
            status, body = error_response(MethodNotAllowed(f"{request.method} is not allowed on {request.path}"))
            respond(status, (*JSON, _ALLOW), body)
        elif request.path == "/ready" and not self._model.ready:
            respond_error(respond, Unavailable(why_not_ready(self._model)))
        else:
            respond(200, _TEXT, word)
