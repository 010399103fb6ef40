"""The prediction paths as plain WSGI in front of Flask, which does everything else."""

from __future__ import annotations

import http
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from seldon_component.errors import CallError

from ..codec import json_codec
from ..errors import MethodNotAllowed
from ..model import Model
from ..settings import Settings
from .body import Environ
from .request import read_message
from .routes import method_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

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
    "MICROSERVICE_BAD_METRIC": 500,
    "MICROSERVICE_BAD_METADATA": 500,
    "MICROSERVICE_INTERNAL_ERROR": 500,
    "MICROSERVICE_NOT_IMPLEMENTED": 501,
    "MICROSERVICE_UNAVAILABLE": 503,
    "MICROSERVICE_TIMEOUT": 504,
}


class Predictions:
    """WSGI middleware: answers the paths of `routes.PATHS`, hands every other one on."""

    def __init__(self, model: Model, settings: Settings, otherwise: WSGIApplication) -> None:
        self._model = model
        self._otherwise = otherwise
        self._max_body_bytes = settings.max_body_bytes
        self._nan_literal = settings.json_nan == "literal"

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method = method_of(environ["PATH_INFO"])
        if method is None:
            return self._otherwise(environ, start_response)
        if environ["REQUEST_METHOD"] not in _VERBS:
            return _refuse(environ["REQUEST_METHOD"], start_response)
        try:
            status, body = self._answer(method, environ)
        except CallError as error:
            status, body = error_response(error)
        except Exception:
            log.exception("%s failed", environ["PATH_INFO"])
            status, body = error_response(CallError("the server failed on this request; its log says why"))
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, method: str, environ: Environ) -> tuple[str, bytes]:
        question = json_codec.to_question(method, read_message(environ, self._max_body_bytes))
        answer = self._model.call(method, question)
        code = (answer.status or {}).get("code")
        return _status_line(code) if code in _ANSWERS else "200 OK", json_codec.encode(answer, self._nan_literal)


def _refuse(verb: str, start_response: StartResponse) -> Iterable[bytes]:
    """Tell OPTIONS what there is, and every other verb that it is not among it."""
    if verb == "OPTIONS":
        start_response("204 No Content", [_ALLOW])
        return []
    status, body = error_response(MethodNotAllowed(f"{verb} is not allowed here; use POST or GET"))
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body))), _ALLOW])
    return [body]


def error_response(error: CallError) -> tuple[str, bytes]:
    """Status line and JSON body of an error."""
    code = error.status_code if error.status_code in _ANSWERS else HTTP_STATUS.get(error.reason, 500)
    return _status_line(code), json_codec.encode_error(error)


def _status_line(code: int) -> str:
    try:
        phrase = http.HTTPStatus(code).phrase
    except ValueError:
        phrase = "Unknown"
    return f"{code} {phrase}"
