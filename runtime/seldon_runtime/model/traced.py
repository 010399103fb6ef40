"""A Model whose requests have a span for their wait and one for their call of the class."""

from __future__ import annotations

from functools import partial
from time import time_ns

from seldon_component.errors import CallError
from seldon_component.payload import Payload

from ..messages import Request
from ..operations.traces.spans import ClassCall, call_spans
from ..operations.traces.tracer import Tracer
from .interface import Model, OnAnswer, WrappedModel

_SAMPLED = "-01"  # the end of the `traceparent` that a traced transport writes


class TracedModel(WrappedModel):
    """Passes every request on to `model`. See `Model`.

    If the request's trace is recorded, the class gets the `traceparent` of the span of its own call.
    """

    def __init__(self, model: Model, tracer: Tracer) -> None:
        super().__init__(model)
        self._tracer = tracer

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        header = request.trace_parent
        if not header.endswith(_SAMPLED):
            return self._model.ask(request, on_answer)
        asked, span_id = time_ns(), self._tracer.new_span_id()
        request.trace_parent = f"{header[:36]}{span_id}{_SAMPLED}"
        self._model.ask(request, partial(self._record, request, on_answer, header, span_id, asked))

    def _record(
        self,
        request: Request,
        on_answer: OnAnswer,
        header: str,
        span_id: str,
        asked: int,
        payload: Payload | None,
        error: CallError | None,
    ) -> None:
        """The OnAnswer of a request."""
        reason = str(error.reason) if error else ""
        call = ClassCall(header, span_id, request.method, request.puid, reason, request.call_times)
        self._tracer.queue.add(call_spans, call, asked, time_ns())
        on_answer(payload, error)
