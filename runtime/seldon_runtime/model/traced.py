"""A Model whose requests have a span for their wait and one for their call of the class."""

from __future__ import annotations

from functools import partial
from time import time_ns

from seldon_component.errors import CallError
from seldon_component.payload import Payload

from ..messages import Request
from ..operations.traces.spans import call_spans
from ..operations.traces.tracer import SAMPLED, Tracer
from .interface import Model, OnAnswer, WrappedModel
from .metered import MeteredModel

_LONGEST = 1024  # characters of a puid that is kept


class TracedModel(WrappedModel):
    """Passes every request on to `model`. See `Model`.

    If the request's trace is recorded, the class gets the `traceparent` of the span of its own call.
    """

    def __init__(self, model: Model, tracer: Tracer) -> None:
        super().__init__(model)
        self._tracer = tracer

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        header = request.trace_parent
        if not header.endswith(SAMPLED):
            return self._model.ask(request, on_answer)
        own = request.trace_parent = f"{header[:36]}{self._tracer.new_span_id()}{SAMPLED}"
        self._model.ask(request, partial(self._record, request, on_answer, header, own, time_ns()))

    def _record(
        self,
        request: Request,
        on_answer: OnAnswer,
        header: str,
        own: str,
        asked: int,
        payload: Payload | None,
        error: CallError | None,
    ) -> None:
        """The OnAnswer of a request."""
        reason = str(error.reason) if error else ""
        puid, times = request.puid[:_LONGEST], request.call_times
        self._tracer.queue.add((call_spans, header, own, asked, time_ns(), request.method, puid, reason, times))
        on_answer(payload, error)


class MeteredTracedModel(MeteredModel):
    """Its histogram of times names a trace for each bucket."""

    def _record_call(self, request: Request, reason: str, seconds: float) -> None:
        header = request.trace_parent
        self._metrics.record_call(request.method, reason, seconds, header[3:35] if header.endswith(SAMPLED) else None)
