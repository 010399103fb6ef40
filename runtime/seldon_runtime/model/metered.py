"""A Model whose calls are recorded, once and for every transport."""

from __future__ import annotations

import logging
import time
from typing import Any

from seldon_component.errors import CANCELLED, CallError
from seldon_component.payload import Feedback, Payload, first_of

from ..messages import Request
from ..metrics import Metrics
from .interface import Model, OnAnswer, WrappedModel

log = logging.getLogger(__name__)

SUCCESS = "SUCCESS"


class MeteredModel(WrappedModel):
    """Passes every request on to `model` and tells `metrics` of its response. See `Model`.

    A response that nobody received is counted as MICROSERVICE_CANCELLED.
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
        metrics.follow(
            "GAUGE",
            "seldon_api_model_requests_waiting",
            "Requests that the class has not begun.",
            lambda: model.waiting,
        )

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        start = time.perf_counter()

        def record(payload: Payload | None, error: CallError | None) -> None:
            self._record(request, time.perf_counter() - start, payload, error)
            on_answer(payload, error)

        self._model.ask(request, record)

    def _record(self, request: Request, seconds: float, payload: Payload | None, error: CallError | None) -> None:
        """Raises nothing: a response never depends on its being counted."""
        try:
            reason = str(error.reason) if error else CANCELLED if request.cancelled else SUCCESS
            self._metrics.record_call(request.method, reason, seconds)
            if isinstance(request.content, Feedback):
                self._metrics.record_feedback(request.content.reward)
            if payload is not None and (metrics := payload.meta.get("metrics")):
                self._metrics.record_custom(request.method, _own(metrics, _earlier(request)))
        except Exception:
            log.exception("the metrics of a call of %s were not recorded", request, extra=request.log_fields)


def _earlier(request: Request) -> list[Any]:
    """The metrics that a request brings along: units before this one have counted them."""
    content = request.content
    messages = content if isinstance(content, list) else [first_of(content)]
    return [metric for message in messages for metric in message.meta.get("metrics", ())]


def _own(metrics: list[Any], earlier: list[Any]) -> list[Any]:
    """The metrics of a response without the earlier ones. These come first, unless a hook made the message."""
    if metrics[: len(earlier)] == earlier:
        return metrics[len(earlier) :]
    known = set(map(repr, earlier))
    return [metric for metric in metrics if repr(metric) not in known]
