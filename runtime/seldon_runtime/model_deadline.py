"""A Model whose callers wait no longer than the annotations seldon.io/rest-timeout and seldon.io/grpc-timeout allow."""

from __future__ import annotations

from concurrent.futures import TimeoutError
from typing import Any

from seldon_component.payload import GRPC, REST, Payload

from .errors import TimedOut
from .model import Model, Question
from .settings import Settings
from .workers import Workers


class ModelWithDeadline:
    """Passes every call on to `model`. See `Model`.

    A call that takes longer than its wire's time raises TimedOut. The component is not interrupted: a call that it has
    begun ends for nobody, one that still waits for its turn is never made.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        self._model = model
        self._seconds = {REST: settings.rest_timeout, GRPC: settings.grpc_timeout}
        self._workers = Workers(settings.server_threads, "call")

    @property
    def ready(self) -> bool:
        return self._model.ready

    @property
    def restarts(self) -> int:
        return self._model.restarts

    @property
    def description(self) -> dict[str, Any]:
        return self._model.description

    def start(self) -> None:
        self._model.start()

    def call(self, method: str, question: Question, wire: str = REST) -> Payload:
        seconds = self._seconds[wire]
        if seconds is None:
            return self._model.call(method, question, wire)
        calling = self._workers.submit(self._model.call, method, question, wire)
        try:
            answer: Payload = calling.result(seconds)
        except TimeoutError:
            calling.cancel()
            raise TimedOut(f"the component did not answer within {seconds * 1000:g} ms") from None
        return answer

    def stop(self) -> None:
        self._model.stop()
