"""A Model whose calls are recorded, once and for every transport."""

from __future__ import annotations

import logging
import time

from seldon_component.errors import CallError
from seldon_component.payload import REST, Feedback, Payload

from .metrics import Metrics
from .model import Model, ModelAround, Question

log = logging.getLogger(__name__)

SUCCESS = "SUCCESS"


class MeasuredModel(ModelAround):
    """Passes every call on to `model` and tells `metrics`. See `Model`.

    What a transport refuses before it asks the model (a body that is no message) is not counted.
    """

    def __init__(self, model: Model, metrics: Metrics) -> None:
        super().__init__(model)
        self._metrics = metrics
        metrics.follow(
            "GAUGE", "seldon_api_model_ready", "1 while the component can be called, else 0.", lambda: model.ready
        )
        metrics.follow(
            "COUNTER",
            "seldon_api_model_restarts",
            "Restarts of the component's process after a crash.",
            lambda: model.restarts,
        )

    def call(self, method: str, question: Question, wire: str = REST) -> Payload:
        start = time.perf_counter()
        try:
            answer = self._model.call(method, question, wire)
        except CallError as error:
            self._record(method, str(error.reason), time.perf_counter() - start, question, None)
            raise
        except BaseException:
            self._record(method, CallError.reason, time.perf_counter() - start, question, None)
            raise
        self._record(method, SUCCESS, time.perf_counter() - start, question, answer)
        return answer

    def _record(self, method: str, status: str, seconds: float, question: Question, answer: Payload | None) -> None:
        """Raises nothing: an answer never depends on its being counted."""
        try:
            self._metrics.record_call(method, status, seconds)
            if isinstance(question, Feedback):
                self._metrics.record_feedback(question.reward)
            custom = answer.meta.get("metrics") if answer is not None else None
            if custom:
                self._metrics.record_custom(method, custom)
        except Exception:
            log.exception("the metrics of a call of %s were not recorded", method)
