"""A Model whose calls are recorded, once and for every transport."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from seldon_component.errors import CANCELLED, CallError, NotImplementedByModel
from seldon_component.payload import Feedback, Payload, first_of

from ..messages import Request
from ..metrics import Metrics
from ..monitoring.processes import FAMILIES, Processes, python_info
from .interface import Model, OnAnswer, WrappedModel
from .request_queue import cancelled

log = logging.getLogger(__name__)

SUCCESS = "SUCCESS"


class MeteredModel(WrappedModel):
    """Passes every request on to `model` and tells `metrics` of its response. See `Model`.

    A response that nobody received is counted as MICROSERVICE_CANCELLED.
    What a transport refuses before it asks the model is counted by the transport alone.
    """

    def __init__(self, model: Model, metrics: Metrics) -> None:
        super().__init__(model)
        self._metrics = metrics
        self._in_flight: set[Request] = set()  # without a response; its changes are atomic, and cost little
        for kind, name, meaning, read in self._facts():
            metrics.follow(kind, f"seldon_api_model_{name}", meaning, read)
        processes = Processes(lambda: model.process_ids)
        for kind, name, meaning, read_of in FAMILIES:
            metrics.follow_series(kind, name, meaning, partial(processes.series, read_of))
        metrics.follow_series("GAUGE", "python_info", "The Python of the server.", python_info)

    def _facts(self) -> tuple[tuple[str, str, str, Callable[[], float]], ...]:
        """(kind, name, help, what reads it)"""
        model = self._model
        return (
            ("GAUGE", "ready", "1 while the component can be called, else 0.", lambda: model.ready),
            ("COUNTER", "restarts", "Restarts of the component's process after a crash.", lambda: model.restarts),
            ("GAUGE", "requests_waiting", "Requests that the class has not begun.", lambda: model.waiting),
            ("GAUGE", "requests_in_flight", "Requests that the class works on.", self._working),
        )

    def _working(self) -> int:
        return max(len(self._in_flight) - self._model.waiting, 0)

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        self._in_flight.add(request)
        self._model.ask(request, partial(self._answer, request, on_answer, time.perf_counter()))

    def stop(self, seconds: float = math.inf) -> None:
        """The transports have ended, so nobody gets the responses that are missing still."""
        left = len(self._in_flight)
        self._in_flight.clear()
        if left:
            self._metrics.drops.add("left", left)
        self._metrics.drops.flush()
        self._model.stop(seconds)

    def _record_call(self, request: Request, reason: str, seconds: float) -> None:
        self._metrics.record_call(request.method, reason, seconds)

    def _answer(
        self, request: Request, on_answer: OnAnswer, begun: float, payload: Payload | None, error: CallError | None
    ) -> None:
        """The OnAnswer of a request. Raises nothing: a response never depends on its being counted."""
        try:
            is_over = error is not None or request.cancelled
            reason = self._record_failure(request, error) if is_over else SUCCESS
            self._in_flight.discard(request)
            self._record_call(request, reason, time.perf_counter() - begun)
            if isinstance(request.content, Feedback):
                self._metrics.record_feedback(request.content.reward)
            if payload is not None and (metrics := payload.meta.get("metrics")):
                self._metrics.record_custom(request.method, _own(metrics, _earlier(request)))
        except Exception:
            log.exception("the metrics of a call of %s were not recorded", request, extra=request.log_fields)
        on_answer(payload, error)

    def _record_failure(self, request: Request, error: CallError | None) -> str:
        """Count a request that was dropped, unless the stop has. Returns the status of the call."""
        if request in self._in_flight:
            self._metrics.drops.note(error or cancelled())
        if request.method == "metadata" and error and error.reason == NotImplementedByModel.reason:
            return SUCCESS  # init_metadata is optional
        return str(error.reason) if error else CANCELLED


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
