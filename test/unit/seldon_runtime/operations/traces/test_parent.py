"""operations.traces.parent reads what OpenTelemetry's own propagators read, and nothing that they refuse."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.propagators.b3 import B3MultiFormat
from opentelemetry.propagators.jaeger import JaegerPropagator
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from seldon_runtime.operations.traces.parent import parent_reader

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
READ = parent_reader(("jaeger", "b3", "tracecontext", "baggage"), str)
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80)
digits = st.text("0123456789abcdefABCDEF", max_size=40)


def near(form):
    """Texts near a form: some of its parts are replaced by other hexadecimal digits, or by anything."""
    def text(parts):
        return "".join(parts)
    return st.tuples(*(st.one_of(st.just(part), digits, printable) if part not in "-:" else st.just(part)
                       for part in form)).map(text)


def sdk(propagator, headers):
    """The `Parent` that one of OpenTelemetry's own propagators finds."""
    found = get_current_span(propagator.extract(headers)).get_span_context()
    if not found.is_valid:
        return None
    state = found.trace_state.to_header() if found.trace_state else ""
    return f"{found.trace_id:032x}", f"{found.span_id:016x}", found.trace_flags.sampled, state


def read(propagator, headers):
    return parent_reader((propagator,), str)(lambda name: headers.get(name, ""))


states = st.one_of(printable, st.lists(st.tuples(st.sampled_from(["a", "b1", "1x@v", "A", "a b"]), printable), max_size=40).map(
    lambda pairs: ",".join(f"{key}={value}" for key, value in pairs)))


@given(near(["00", "-", TRACE, "-", SPAN, "-", "01"]), states)
@example(f"00-{TRACE}-{SPAN}-01", "vendor=1, other=two ,")
@example(f"00-{TRACE}-{SPAN}-00", "a=1,a=2")
@example(f"00-{TRACE}-{SPAN}-01-more", "")
@example(f"cc-{TRACE}-{SPAN}-03-more", "")
@example(f"ff-{TRACE}-{SPAN}-01", "")
@example(f" 00-{TRACE}-{SPAN}-01\t", "")
@example(f"00-{'0' * 32}-{SPAN}-01", "")
@example(f"00-{TRACE.upper()}-{SPAN}-01", "")
@example(f"cc-{TRACE}-{SPAN}-01-" + "x" * 600, "")
def test_w3c(parent, state):
    headers = {"traceparent": parent, "tracestate": state}
    assert read("tracecontext", headers) == sdk(TraceContextTextMapPropagator(), headers)


@given(near([TRACE, "-", SPAN, "-", "1", "-", SPAN]))
@example(f"{TRACE}-{SPAN}")
@example(f"{TRACE}-{SPAN}-d")
@example(f"{TRACE[:16]}-{SPAN}-1")
@example("0")
@example(f"{'0' * 32}-{SPAN}-1")
def test_b3_in_one_header(text):
    assert read("b3", {"b3": text}) == sdk(B3MultiFormat(), {"b3": text})


@given(st.one_of(st.just(TRACE), digits), st.one_of(st.just(SPAN), digits), printable, printable)
@example(TRACE, SPAN, "1", "")
@example(TRACE, SPAN, "0", "1")
@example(TRACE, SPAN, "", "")
@example(TRACE[:16], SPAN.upper(), "true", "")
def test_b3_in_several_headers(trace, span, sampled, flags):
    headers = {"x-b3-traceid": trace, "x-b3-spanid": span, "x-b3-sampled": sampled, "x-b3-flags": flags}
    assert read("b3multi", headers) == sdk(B3MultiFormat(), headers)


@given(near([TRACE, ":", SPAN, ":", "0", ":", "1"]).filter(lambda text: "%" not in text))
@example(f"{TRACE}:{SPAN}:0:1")
@example(f"{TRACE[:15]}:{SPAN[:3]}:{SPAN}:3")
@example(f"{TRACE}:0:0:1")
@example(f"{TRACE}ff:{SPAN}:0:1")
@example(f"-{TRACE[1:]}:{SPAN}:0:1")
def test_jaeger(text):
    assert read("jaeger", {"uber-trace-id": text}) == sdk(JaegerPropagator(), {"uber-trace-id": text})


def test_jaegers_header_may_be_percent_encoded_as_seldons_executor_sends_it():
    assert read("jaeger", {"uber-trace-id": f"{TRACE}%3A{SPAN}%3A0%3A1"}) == (TRACE, SPAN, True, "")


@pytest.mark.parametrize(("headers", "trace"), [
    ({}, None),
    ({"uber-trace-id": "1:2:0:1"}, "1"),
    ({"uber-trace-id": "1:2:0:1", "b3": f"{'2' * 32}-{SPAN}"}, "2"),
    ({"uber-trace-id": "1:2:0:1", "b3": f"{'2' * 32}-{SPAN}", "traceparent": f"00-{'3' * 32}-{SPAN}-01"}, "3"),
    ({"uber-trace-id": "1:2:0:1", "b3": "nonsense", "traceparent": "nonsense"}, "1"),
])
def test_w3c_wins_over_b3_and_b3_over_jaeger(headers, trace):
    found = READ(lambda name: headers.get(name, ""))
    assert (found and found[0].lstrip("0")[:1]) == trace
