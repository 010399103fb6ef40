"""The prediction paths, in front of Flask, which does everything else."""

from __future__ import annotations

from functools import partial

from seldon_component.errors import CallError
from seldon_component.payload import REST, Payload

from ..codec import json_codec
from ..config.settings import Settings
from ..errors import MethodNotAllowed
from ..model.interface import Model
from ..system.thread_pool import ThreadPool
from .error_response import FINAL_STATUSES, JSON, error_response, respond_error
from .protocol import Application, HttpRequest, Respond
from .request import is_quickly_read, read_content
from .routes import method_of

_VERBS = ("GET", "POST")
_ALLOW = ("Allow", "GET, OPTIONS, POST")


class Predictions:
    """Answers the paths of `routes.PATHS`, hands every other one on. An `Application`."""

    def __init__(self, model: Model, settings: Settings, threads: ThreadPool, otherwise: Application) -> None:
        """threads: for the requests that take long to read."""
        self._model = model
        self._threads = threads
        self._otherwise = otherwise
        self._max_body_bytes = settings.max_body_bytes
        self._nan_literal = settings.json_nan == "literal"

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        method = method_of(request.path)
        if method is None:
            return self._otherwise(request, respond)
        if request.method not in _VERBS:
            return _refuse(request.method, respond)
        if is_quickly_read(request):
            return self._ask(method, request, respond)
        self._threads.do(self._ask, method, request, respond)

    def _ask(self, method: str, request: HttpRequest, respond: Respond) -> None:
        """Raises nothing."""
        try:
            content = read_content(method, request, self._max_body_bytes)
            self._model.ask(method, content, REST, partial(self._answer, respond))
        except Exception as error:
            respond_error(respond, error)

    def _answer(self, respond: Respond, answer: Payload | CallError) -> None:
        """Raises nothing: it is called in a thread of the model's."""
        try:
            if isinstance(answer, CallError):
                raise answer
            body = json_codec.encode(answer, self._nan_literal)
        except Exception as error:
            return respond_error(respond, error)
        status = answer.status and answer.status.get("code")
        respond(status if status in FINAL_STATUSES else 200, JSON, body)


def _refuse(verb: str, respond: Respond) -> None:
    """Tell OPTIONS what there is, and every other verb that it is not among it."""
    if verb == "OPTIONS":
        return respond(204, (_ALLOW,), b"")
    status, body = error_response(MethodNotAllowed(f"{verb} is not allowed here; use POST or GET"))
    respond(status, (*JSON, _ALLOW), body)
