"""A Model whose callers wait no longer than the annotations seldon.io/rest-timeout and seldon.io/grpc-timeout allow."""

from __future__ import annotations

from concurrent.futures import TimeoutError

from seldon_component.payload import GRPC, REST, Payload

from ..config.settings import Settings
from ..errors import TimedOut
from ..messages import Content
from ..system.thread_pool import ThreadPool
from .interface import Called, Model, ModelAround


class DeadlineModel(Called, ModelAround):
    """Passes every call on to `model`. See `Model`.

    A call that takes longer than its wire's time raises TimedOut. The component is not interrupted: a call that it has
    begun ends for nobody, one that still waits for its turn is never made.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        super().__init__(model)
        self._seconds = {REST: settings.rest_timeout, GRPC: settings.grpc_timeout}
        self._workers = ThreadPool(settings.server_threads, "call")

    def call(self, method: str, question: Content, wire: str = REST) -> Payload:
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
