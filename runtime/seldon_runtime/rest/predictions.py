"""The prediction paths, in front of Flask, which does everything else."""

from __future__ import annotations

import logging
from functools import partial

from seldon_component.errors import CallError
from seldon_component.payload import REST, Payload

from ..codec import json_codec
from ..config.settings import Settings
from ..errors import MethodNotAllowed
from ..messages import Request
from ..model.interface import Model
from .protocol import Application, Environ, Respond
from .request import read_message
from .routes import method_of

log = logging.getLogger(__name__)

_VERBS = ("GET", "POST")
_ALLOW = ("Allow", "GET, OPTIONS, POST")

# what the `status.code` of a component's own message can set: HTTP's final answers that may have a body
_ANSWERS = set(range(200, 600)) - {204, 205, 304}

# reason -> HTTP status (wire.md, «Errors»)
HTTP_STATUS = {
    "MICROSERVICE_BAD_DATA": 400,
    "MICROSERVICE_NOT_FOUND": 404,
    "MICROSERVICE_METHOD_NOT_ALLOWED": 405,
    "MICROSERVICE_TOO_LARGE": 413,
    "MICROSERVICE_CANCELLED": 499,  # as nginx logs it; the client does not see it
    "MICROSERVICE_BAD_METRIC": 500,
    "MICROSERVICE_BAD_METADATA": 500,
    "MICROSERVICE_INTERNAL_ERROR": 500,
    "MICROSERVICE_NOT_IMPLEMENTED": 501,
    "MICROSERVICE_UNAVAILABLE": 503,
    "MICROSERVICE_TIMEOUT": 504,
}


class Predictions:
    """Answers the paths of `routes.PATHS`, hands every other one on. An `Application`."""

    def __init__(self, model: Model, settings: Settings, otherwise: Application) -> None:
        self._model = model
        self._otherwise = otherwise
        self._max_body_bytes = settings.max_body_bytes
        self._nan_literal = settings.json_nan == "literal"

    def __call__(self, environ: Environ, respond: Respond) -> None:
        method = method_of(environ["PATH_INFO"])
        if method is None:
            return self._otherwise(environ, respond)
        if environ["REQUEST_METHOD"] not in _VERBS:
            return _refuse(environ["REQUEST_METHOD"], respond)
        try:
            content = json_codec.to_question(method, read_message(environ, self._max_body_bytes))
        except Exception as error:
            return respond_error(respond, error)
        request = Request(method, content, REST, environ.get("HTTP_TRACEPARENT", ""))
        self._model.ask(request, partial(self._answer, respond, request))

    def _answer(self, respond: Respond, request: Request, payload: Payload | None, error: CallError | None) -> None:
        """The OnAnswer of a request: in a thread of the model's, so it raises nothing."""
        if payload is None:
            return respond_error(respond, error or CallError("the component gave no response"))
        try:
            body = json_codec.encode(payload, self._nan_literal)
        except Exception as failure:
            return respond_error(respond, failure, request)
        code = payload.status and payload.status.get("code")
        respond(code if code in _ANSWERS else 200, json_headers(body), body)


def json_headers(body: bytes) -> list[tuple[str, str]]:
    """The headers of every JSON answer."""
    return [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]


def respond_error(respond: Respond, error: Exception, request: Request | None = None) -> None:
    """Tell the client of an error; one that is none of a call's is our own, and stands in the log alone."""
    if not isinstance(error, CallError):
        log.error("a request failed: %s", request or "no message could be read", exc_info=error)
        error = CallError("the server failed on this request; its log says why")
    code, body = error_response(error)
    respond(code, json_headers(body), body)


def _refuse(verb: str, respond: Respond) -> None:
    """Tell OPTIONS what there is, and every other verb that it is not among it."""
    if verb == "OPTIONS":
        return respond(204, [_ALLOW], b"")
    code, body = error_response(MethodNotAllowed(f"{verb} is not allowed here; use POST or GET"))
    respond(code, [*json_headers(body), _ALLOW], body)


def error_response(error: CallError) -> tuple[int, bytes]:
    """HTTP status and JSON body of an error."""
    code = error.status_code if error.status_code in _ANSWERS else HTTP_STATUS.get(error.reason, 500)
    return code, json_codec.encode_error(error)
