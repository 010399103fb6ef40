"""A Model whose calls are recorded, once and for every transport."""

from __future__ import annotations

import logging
import time

from seldon_component.errors import CallError
from seldon_component.payload import Feedback, Payload

from ..messages import Content
from ..metrics import Metrics
from .interface import Asked, Done, Model, ModelAround

log = logging.getLogger(__name__)

SUCCESS = "SUCCESS"
_FAILED = CallError("the server failed")


class MeteredModel(Asked, ModelAround):
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

    def ask(self, method: str, question: Content, wire: str, done: Done) -> None:
        start = time.perf_counter()

        def measured(answer: Payload | CallError) -> None:
            self._record(method, time.perf_counter() - start, question, answer)
            done(answer)

        try:
            self._model.ask(method, question, wire, measured)
        except CallError as error:
            self._record(method, time.perf_counter() - start, question, error)
            raise
        except Exception:
            self._record(method, time.perf_counter() - start, question, _FAILED)
            raise

    def _record(self, method: str, seconds: float, question: Content, answer: Payload | CallError) -> None:
        """Raises nothing: an answer never depends on its being counted."""
        try:
            self._metrics.record_call(method, str(getattr(answer, "reason", SUCCESS)), seconds)
            if isinstance(question, Feedback):
                self._metrics.record_feedback(question.reward)
            if isinstance(answer, Payload) and answer.meta.get("metrics"):
                self._metrics.record_custom(method, answer.meta["metrics"])
        except Exception:
            log.exception("the metrics of a call of %s were not recorded", method)
