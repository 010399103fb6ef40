"""orchestrator.remote.http_unit: what a unit is asked over HTTP, and what becomes of its response."""

import json

import numpy as np
import pytest
from seldon_component.errors import CallError
from seldon_component.payload import JSONDATA, STRDATA, V2TENSOR, V2TENSORS, Feedback, Payload
from seldon_runtime.orchestrator.branches import branch_of
from seldon_runtime.orchestrator.meta import named
from seldon_runtime.orchestrator.remote.http_connections import Address
from seldon_runtime.orchestrator.remote.http_unit import HttpUnit
from seldon_runtime.rest.error_response import error_response
from seldon_runtime.system.timer import Timer
from support.asked import Asked, X
from support.server import free_port


@pytest.fixture
def unit(server, connections):
    made = HttpUnit(Address("127.0.0.1", server.port, prefix="/some"), connections, Timer())
    yield made
    made.stop()


def lines_of(head):
    lines = [line.split(": ", 1) for line in head.split("\r\n")[1:]]
    return {name.lower(): value for name, value in lines}


@pytest.mark.parametrize("method, path, content, body", [
    ("predict", "predict", X, {"strData": "x", "meta": {"puid": "p"}}),
    ("transform_input", "transform-input", X, {"strData": "x", "meta": {"puid": "p"}}),
    ("transform_output", "transform-output", X, {"strData": "x", "meta": {"puid": "p"}}),
    ("route", "route", X, {"strData": "x", "meta": {"puid": "p"}}),
    ("aggregate", "aggregate", [X, X], {"seldonMessages": [{"strData": "x", "meta": {"puid": "p"}}] * 2}),
    ("send_feedback", "send-feedback", Feedback(X, Payload(), 0.5, Payload()),
     {"request": {"strData": "x", "meta": {"puid": "p"}}, "response": {"meta": {}}, "truth": {"meta": {}}, "reward": 0.5}),
])
def test_what_is_asked(method, path, content, body, unit, server):
    asked = Asked(unit, content, method)
    accepted = server.accept()
    head, found = accepted.request()
    assert head.startswith(f"POST /some/{path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n")
    assert json.loads(found) == body
    accepted.respond(b'{"strData":"y","meta":{"tags":{"a":1}}}')
    response = asked.end()
    assert (response.data, response.meta) == ("y", {"tags": {"a": 1}})


def test_headers_of_the_client_are_passed_on_but_for_those_of_its_connection_and_its_body(unit, server):
    passed = {"authorization": "Bearer x", "cookie": "a=b", "user-agent": "me", "x-b3-traceid": "1", "uber-trace-id": "2",
              "tracestate": "c=d", "x-note": "f\xfcr dich", "x-bin": "AAE="}
    kept = {"connection": "keep-alive, X-Hop", "x-hop": "1", "keep-alive": "timeout=5", "te": "trailers", "upgrade": "h2c",
            "content-encoding": "gzip", "content-length": "9999", "content-type": "text/plain", "accept-encoding": "gzip",
            "transfer-encoding": "chunked", "host": "other", "expect": "100-continue", "trailer": "x", "seldon-puid": "other",
            "traceparent": "other", "proxy-authorization": "x", "grpc-timeout": "1S", ":authority": "other"}
    asked = Asked(unit, headers=tuple({**kept, **passed}.items()), trace_parent="00-1-2-01")
    accepted = server.accept()
    head, body = accepted.request()
    own = {"host": f"127.0.0.1:{server.port}", "accept": "application/json", "content-type": "application/json",
           "content-length": str(len(body)), "seldon-puid": "p", "traceparent": "00-1-2-01"}
    assert lines_of(head) == {**passed, **own}
    accepted.respond(b"{}")
    asked.end()


def test_what_no_header_can_have_is_left_out(unit, server):
    asked = Asked(unit, Payload(STRDATA, "x", (), {"puid": "p\r\nEvil: 1"}))
    accepted = server.accept()
    head, _ = accepted.request()
    assert lines_of(head).keys() == {"host", "accept", "content-type", "content-length"}
    accepted.respond(b"{}")
    asked.end()


@pytest.mark.parametrize("status, body, expected", [
    (418, b'{"status":{"info":"no tea","code":7,"more":1},"own":2}',
     (418, {"status": {"info": "unit 'm': no tea", "code": 7, "more": 1}, "own": 2})),
    (201, b'{"own":2}', (201, {"own": 2})),
    (299, b'{"strData":"x"}', (299, {"strData": "x"})),
    (503, b"<html>busy", (503, "unit 'm': <html>busy")),
    (404, b"", (404, "unit 'm': no text")),
    (204, b"", (500, "unit 'm': no text")),  # which has no body, and so cannot say what is wrong
    (400, b'["a"]', (400, "unit 'm': [\"a\"]")),
    (200, b"<html>", (500, "unit 'm': the response is no message: the body is not JSON")),
    (200, b'{"data":1}', (500, "unit 'm': the response is no message: data: expected an object")),
    (200, b"\xff\xfe", (500, "unit 'm': the response is no message: ")),
])
def test_an_error(status, body, expected, unit, server):
    asked = Asked(unit)
    accepted = server.accept()
    accepted.request()
    accepted.respond(body, status)
    found_status, found = error_response(named(asked.end(), "m"))
    assert found_status == expected[0]
    message = json.loads(found)
    if isinstance(expected[1], dict):
        assert message == expected[1]
    else:
        assert message["status"]["status"] == 1
        assert message["status"]["info"].startswith(expected[1])


def test_no_connection_is_a_failure_of_the_graph(connections):
    port = free_port()
    status, body = error_response(named(Asked(HttpUnit(Address("127.0.0.1", port), connections, Timer())).end(), "m"))
    info = f"unit 'm': no connection to http://127.0.0.1:{port}: Connection refused"
    assert status == 500
    assert json.loads(body)["status"] == {"status": 1, "code": -1, "reason": "MICROSERVICE_INTERNAL_ERROR", "info": info}


def test_a_response_that_is_cut(unit, server):
    asked = Asked(unit)
    accepted = server.accept()
    accepted.request()
    accepted.send(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"strData":"x"}')
    accepted.close()
    error = asked.end()
    assert (error.info, error.status_code) == ("the connection ended before the response", None)


def test_a_cancelled_request_ends_its_connection(unit, server):
    asked = Asked(unit)
    accepted = server.accept()
    accepted.request()
    asked.request.cancel()
    assert asked.end().reason == "MICROSERVICE_CANCELLED"
    assert accepted.has_ended()


def test_the_end_of_the_graph_ends_its_calls(unit, server):
    asked = Asked(unit)
    accepted = server.accept()
    accepted.request()
    unit.stop()
    assert str(asked.end()) == "this server has ended"
    assert accepted.has_ended()


def test_a_message_without_a_form_in_json_is_not_sent(unit):
    error = Asked(unit, Payload("customData", b"x")).end()
    assert error.info == "the message has no form in JSON: customData can be sent over gRPC only"


@pytest.mark.parametrize("array, data", [
    (np.array([[1, 2]], np.int32), {"names": [], "tensor": {"shape": [1, 2], "values": [1, 2]}}),
    (np.array([0.5], np.float32), {"names": [], "tensor": {"shape": [1], "values": [0.5]}}),
    (np.array([[True]]), {"names": [], "ndarray": [[True]]}),
    (np.array(["a", "b"], object), {"names": [], "ndarray": ["a", "b"]}),
])
@pytest.mark.parametrize("is_list", [False, True])
def test_a_tensor_of_v2_is_an_array_of_seldons(array, data, is_list, unit, server):
    tensor = Payload(V2TENSOR, array, [], {"puid": "p", "parameters": {"a": 1}})
    asked = Asked(unit, [tensor] if is_list else tensor, "aggregate" if is_list else "predict")
    accepted = server.accept()
    found = json.loads(accepted.request()[1])
    assert (found["seldonMessages"][0] if is_list else found) == {"data": data, "meta": {"puid": "p"}}
    accepted.respond(b"{}")
    asked.end()


@pytest.mark.parametrize("kind, data, found", [
    (V2TENSORS, (np.zeros(1), np.zeros(1)), "expected one tensor, because this unit is asked in Seldon's protocol, found 2"),
    (V2TENSOR, np.array([b"\xff"], object), "expected numbers or text, because this unit is asked in Seldon's protocol, found bytes"),
])
def test_a_tensor_of_v2_without_a_form_in_seldons_protocol(kind, data, found, unit):
    error = Asked(unit, Payload(kind, data, ["a", "b"])).end()
    assert isinstance(error, CallError)
    assert found in error.info
    assert error.reason == "MICROSERVICE_BAD_DATA"


def test_a_value_of_every_kind_comes_back(unit, server):
    asked = Asked(unit)
    accepted = server.accept()
    accepted.request()
    accepted.respond(b'{"jsonData":{"a":[1,null]},"meta":{}}')
    response = asked.end()
    assert (response.kind, response.data) == (JSONDATA, {"a": [1, None]})


def test_a_router_may_respond_with_a_bare_list(unit, server):
    asked = Asked(unit, X, "route")
    accepted = server.accept()
    accepted.request()
    accepted.respond(b"[1]")
    assert branch_of(asked.end(), 2) == 1
