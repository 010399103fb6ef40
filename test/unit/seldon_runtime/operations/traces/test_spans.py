"""operations.traces.spans: the bytes are what OpenTelemetry's own classes read."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status
from seldon_runtime.operations.traces.spans import call_spans, http_span, rpc_span
from support.trace_collector import attributes_of

TRACE, OWN, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
HEADER = f"00-{TRACE}-{OWN}-01"
ROOT = (HEADER, None)
CHILD = (HEADER, (TRACE, CALLER, True, "vendor=1"))
START, END = 1_700_000_000_000_000_001, 1_700_000_000_250_000_000
PREDICT = (5000, "POST", "/predict", "/predict", b"curl/8")
SAMPLED, HAS_REMOTE, REMOTE = 0x001, 0x100, 0x200


def read(encoded):
    found = ScopeSpans.FromString(encoded)
    assert found.SerializeToString() == ScopeSpans(spans=found.spans).SerializeToString()  # there is nothing else
    return list(found.spans)


def http(span: Any = ROOT, call: Any = PREDICT, status=200):
    port, method, path, route, agent = call
    return read(http_span(span, START, END, port, method, path, route, agent, status))[0]


def test_a_request_over_http():
    span = http()
    assert (span.name, span.kind, span.status.code) == ("POST /predict", Span.SPAN_KIND_SERVER, Status.STATUS_CODE_UNSET)
    assert (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id) == (TRACE, OWN, b"")
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (START, END)
    assert span.flags == SAMPLED | HAS_REMOTE
    assert attributes_of(span) == {
        "http.request.method": "POST", "url.path": "/predict", "url.scheme": "http", "http.route": "/predict",
        "http.response.status_code": 200, "server.port": 5000, "user_agent.original": "curl/8"}


def test_a_request_with_a_parent_is_its_child():
    span = http(CHILD)
    assert (span.parent_span_id.hex(), span.trace_state) == (CALLER, "vendor=1")
    assert span.flags == SAMPLED | HAS_REMOTE | REMOTE


def test_only_an_error_of_the_server_is_an_error():
    assert http(status=404).status.code == Status.STATUS_CODE_UNSET
    assert "error.type" not in attributes_of(http(status=404))
    assert http(status=503).status.code == Status.STATUS_CODE_ERROR
    assert attributes_of(http(status=503))["error.type"] == "503"


def test_a_path_without_a_route_and_an_unknown_verb_make_no_new_names():
    span = http(call=(1, "BREW", "/pot/7", "", b""), status=404)
    assert span.name == "HTTP"
    found = attributes_of(span)
    assert (found["http.request.method"], found["http.request.method_original"]) == ("_OTHER", "BREW")
    assert "http.route" not in found
    assert "user_agent.original" not in found


def test_a_long_text_of_the_client_is_cut():
    span = http(call=(1, "GET", "/" + "x" * 60_000, "", b"\xff" * 60_000))
    assert {len(text) for key, text in attributes_of(span).items() if key in ("url.path", "user_agent.original")} == {1024}


def rpc(code, details=""):
    return read(rpc_span(CHILD, START, END, 5001, "seldon.protos.Model/Predict", code, details))[0]


def test_a_call_over_grpc():
    span = rpc("OK")
    assert (span.name, span.kind, span.status.code) == ("seldon.protos.Model/Predict", Span.SPAN_KIND_SERVER, 0)
    assert attributes_of(span) == {"rpc.system.name": "grpc", "rpc.method": "seldon.protos.Model/Predict",
                                   "rpc.status_code": "OK", "server.port": 5001}


def test_an_error_over_grpc():
    assert rpc("INVALID_ARGUMENT", "data: expected").status.code == Status.STATUS_CODE_UNSET
    failed = rpc("UNAVAILABLE", "the component is not loaded")
    assert (failed.status.code, failed.status.message) == (Status.STATUS_CODE_ERROR, "the component is not loaded")
    assert attributes_of(failed)["error.type"] == "UNAVAILABLE"


def call(reason="", times: tuple[float, float] | None = (1_700_000_000.1, 0.05), puid="p1"):
    return read(call_spans(HEADER, f"00-{TRACE}-{CALLER}-01", START, END, "predict", puid, reason, times))


def test_the_wait_and_the_call_are_children_of_the_servers_span():
    wait, predict = call()
    assert [span.name for span in (wait, predict)] == ["wait", "predict"]
    assert {span.parent_span_id.hex() for span in (wait, predict)} == {OWN}
    assert {span.trace_id.hex() for span in (wait, predict)} == {TRACE}
    assert predict.span_id.hex() == CALLER != wait.span_id.hex()
    assert wait.start_time_unix_nano == START
    assert wait.end_time_unix_nano == predict.start_time_unix_nano
    assert round((predict.start_time_unix_nano - START) / 1e6) == 100
    assert round((predict.end_time_unix_nano - predict.start_time_unix_nano) / 1e6) == 50
    assert attributes_of(predict) == {"seldon.method": "predict", "seldon.puid": "p1"}


def test_an_error_of_the_class_is_one_of_its_call():
    wait, predict = call("MICROSERVICE_INTERNAL_ERROR")
    assert (wait.status.code, predict.status.code) == (Status.STATUS_CODE_UNSET, Status.STATUS_CODE_ERROR)
    assert attributes_of(predict)["error.type"] == "MICROSERVICE_INTERNAL_ERROR"


def test_a_request_that_the_class_never_began_has_waited_only():
    (wait,) = call("MICROSERVICE_OVERLOADED", None)
    assert (wait.name, wait.status.code) == ("wait", Status.STATUS_CODE_ERROR)
    assert (wait.start_time_unix_nano, wait.end_time_unix_nano) == (START, END)


def test_a_clock_that_was_set_back_makes_no_negative_time():
    wait, predict = call(times=(1_600_000_000.0, 0.05))
    assert wait.start_time_unix_nano == wait.end_time_unix_nano == predict.start_time_unix_nano == START


@given(st.text(), st.text(), st.binary(), st.integers(100, 999), st.text())
def test_any_text_can_be_read(path, method, agent, status, puid):
    read(http_span(CHILD, START, END, 1, method, path, "", agent, status))
    read(call_spans(HEADER, HEADER, START, END, "predict", puid, "", None))
