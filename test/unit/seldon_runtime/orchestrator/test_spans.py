"""The spans of the units of a graph. test/graph/test_seen.py has those of a served one."""

from __future__ import annotations

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Status
from seldon_component.errors import BadPayload, CallError
from seldon_component.payload import STRDATA, Payload
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import call
from seldon_runtime.operations.traces.span_queue import SpanQueue
from seldon_runtime.operations.traces.tracer import Tracer
from seldon_runtime.orchestrator.spans import UnitSpans
from support.graph_nodes import ServedGraph, node
from support.trace_collector import attributes_of

TRACE, SERVER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Noted(UnitSpans):
    """headers: the traceparent that each unit gets."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__(tracer)
        self.headers: list[str] = []

    def begin(self, node, request):
        end = super().begin(node, request)
        self.headers.append(request.trace_parent)
        return end


def spans_of(header: str, **answers):
    """(the spans, the headers that units got) of one request."""
    queue = SpanQueue(10, 10)
    noted = Noted(Tracer(queue, (), True, 1.0))
    graph = ServedGraph(node("t", "TRANSFORMER", node("m", "MODEL", place="image:1", **answers)), noted)
    try:
        call(graph.model, Request("predict", Payload(STRDATA, "x", meta={"puid": "p"}), trace_parent=header))
    except CallError:
        assert answers
    records = queue.take(10)
    return [ScopeSpans.FromString(encode(*rest)).spans[0] for encode, *rest in records], noted.headers


def test_each_call_has_a_span_below_the_requests_whose_header_the_unit_gets() -> None:
    spans, headers = spans_of(f"00-{TRACE}-{SERVER}-01")
    assert [span.name for span in spans] == ["t transform_input", "m predict"]
    assert headers == [f"00-{TRACE}-{span.span_id.hex()}-01" for span in spans]
    for span in spans:
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, SERVER)
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
    facts = {"seldon.unit": "m", "seldon.method": "predict", "seldon.place": "image:1", "seldon.puid": "p"}
    assert attributes_of(spans[1]) == facts


def test_an_error_of_a_unit_stands_in_its_span() -> None:
    failed = spans_of(f"00-{TRACE}-{SERVER}-01", predict=BadPayload("no"))[0][1]
    assert failed.status.code == Status.STATUS_CODE_ERROR
    assert attributes_of(failed)["error.type"] == "MICROSERVICE_BAD_DATA"


@pytest.mark.parametrize("header", [f"00-{TRACE}-{SERVER}-00", ""])
def test_a_request_that_is_not_recorded_has_none_and_its_header_goes_on(header: str) -> None:
    assert spans_of(header) == ([], [header] * 2)
