"""operations.traces.tracer and span_queue: which requests are recorded, and what is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import sampling
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from seldon_runtime.operations.traces.parent import parent_reader
from seldon_runtime.operations.traces.span_queue import SpanQueue
from seldon_runtime.operations.traces.tracer import Tracer

READ = parent_reader(("tracecontext",), str)
SPAN = "b7ad6b7169203331"
trace_ids = st.integers(1, 2**128 - 1)


def tracer(follows_parent=True, ratio=1.0):
    return Tracer(SpanQueue(2, 1), ("tracecontext",), follows_parent, ratio)


def headers(trace_id, sampled):
    return {"traceparent": f"00-{trace_id:032x}-{SPAN}-{'01' if sampled else '00'}"}


def sdk_samples(sampler, trace_id, sampled):
    context = SpanContext(trace_id, 1, True, TraceFlags(1 if sampled else 0))
    parent = set_span_in_context(NonRecordingSpan(context))
    return sampler.should_sample(parent, trace_id, "POST /predict").decision.is_sampled()


@given(trace_ids, st.booleans(), st.booleans(), st.sampled_from([0.0, 1e-9, 0.1, 0.5, 0.999999, 1.0]))
def test_a_request_is_recorded_if_opentelemetrys_own_samplers_say_so(trace_id, sampled, follows_parent, ratio):
    sampler: sampling.Sampler = sampling.TraceIdRatioBased(ratio)
    sampler = sampling.ParentBased(sampler) if follows_parent else sampler
    given_headers = headers(trace_id, sampled)
    header, _ = tracer(follows_parent, ratio).begin(READ, lambda name: given_headers.get(name, ""))
    assert header.endswith("-01") == sdk_samples(sampler, trace_id, sampled)


def test_a_request_without_a_parent_begins_a_trace():
    header, parent = tracer().begin(READ, lambda name: "")
    assert parent is None
    assert get_current_span(TraceContextTextMapPropagator().extract({"traceparent": header})).get_span_context().is_valid
    assert len({tracer().begin(READ, lambda name: "")[0] for _ in range(100)}) == 100


@pytest.mark.parametrize(("ratio", "count"), [(0.0, 0), (1.0, 1000)])
def test_the_ratio_counts_for_traces_that_begin_here(ratio, count):
    of = tracer(ratio=ratio)
    assert sum(of.begin(READ, lambda name: "")[0].endswith("-01") for _ in range(1000)) == count


def test_a_full_queue_loses_what_comes_and_counts_it():
    queue = SpanQueue(2, 2)
    for number in range(5):
        queue.add((number,))
    assert queue.lost == 3
    assert queue.take(10) == [(0,), (1,)]
