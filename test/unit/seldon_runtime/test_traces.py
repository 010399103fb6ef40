"""Traces of the whole server, as a collector gets them: each process mode, Python and wire."""

import grpc
import pytest
import requests
from support.contract_servers import COLUMNS, ContractServer
from support.generated import pb2, pb2_grpc
from support.generated_v2 import pb2 as v2_pb2
from support.generated_v2 import pb2_grpc as v2_pb2_grpc
from support.trace_collector import TraceCollector, attributes_of
from support.traced_class import CALLER, MODEL, PARENT, TRACE, predict, tree


@pytest.fixture(scope="module")
def collector():
    started = TraceCollector()
    yield started
    started.close()


@pytest.fixture(scope="module", params=COLUMNS, ids=str)
def server(request, collector, model_python_of, tmp_path_factory):
    """A server that is traced, of the class Traced."""
    folder = tmp_path_factory.mktemp("traced")
    (folder / "Traced.py").write_text(MODEL)
    started = ContractServer(
        "Traced", request.param, model_python_of, folder, folder, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_BSP_SCHEDULE_DELAY="20", OTEL_EXPORTER_OTLP_COMPRESSION="gzip")
    started.wait_until_ready()
    yield started
    started.close()


@pytest.fixture(autouse=True)
def forget(collector):
    collector.posted.clear()


def own_header(span):
    """The traceparent of a span."""
    return f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"


@pytest.mark.parametrize("headers", [
    {"traceparent": PARENT}, {"b3": f"{TRACE}-{CALLER}-1"}, {"uber-trace-id": f"{TRACE}%3A{CALLER}%3A0%3A1"},
    {"X-B3-TraceId": TRACE, "X-B3-SpanId": CALLER, "X-B3-Sampled": "1"},
], ids=["w3c", "b3", "jaeger", "b3multi"])
def test_a_request_over_rest_is_a_child_of_the_callers_span(server, collector, headers):
    response = predict(server, **headers).json()
    span, _, called = tree(collector, "POST /predict")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, CALLER)
    found = attributes_of(span)
    assert (found["http.route"], found["http.response.status_code"], found["server.port"]) == (
        "/predict", 200, server.http_port)
    assert attributes_of(called) == {"seldon.method": "predict", "seldon.puid": "p1"}
    assert response["meta"]["tags"]["traceparent"] == own_header(called)


def test_a_request_without_a_caller_begins_a_trace(server, collector):
    predict(server)
    span, _, _ = tree(collector, "POST /predict")
    assert span.parent_span_id == b""


def test_a_caller_that_does_not_record_is_followed_and_the_class_hears_of_it(server, collector):
    response = predict(server, traceparent=f"00-{TRACE}-{CALLER}-00").json()
    predict(server, "marker")
    given = response["meta"]["tags"]["traceparent"]
    assert given.startswith(f"00-{TRACE}-")
    assert given.endswith("-00")
    collector.named("POST /predict")
    assert TRACE not in {span.trace_id.hex() for span in collector.spans()}


@pytest.mark.parametrize("header", ["", "x", "00-0-0-0", "\xff" * 50, f"{PARENT}-more", "-" * 60_000])
def test_headers_that_make_no_sense_fail_no_request(server, collector, header):
    names = ("traceparent", "tracestate", "b3", "uber-trace-id", "X-B3-TraceId")
    response = predict(server, **dict.fromkeys(names, header[:8000].encode("latin-1")))
    assert response.status_code == 200
    span, _, _ = tree(collector, "POST /predict")
    assert span.parent_span_id == b""


def test_v2_and_v1_over_rest(server, collector):
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [1]}]}
    found = requests.post(f"{server.url}/v2/models/unit/infer", json=body, timeout=60).json()
    _, _, called = tree(collector, "POST /v2/models/{name}/infer")
    assert found["parameters"]["traceparent"] == own_header(called)
    collector.posted.clear()
    requests.post(f"{server.url}/v1/models/unit:predict", json={"instances": [1]}, timeout=60)
    tree(collector, "POST /v1/models/{name}:predict")


def test_feedback_has_the_name_of_its_method(server, collector):
    message = {"request": {"strData": "x"}, "response": {}, "reward": 1}
    found = requests.post(f"{server.url}/send-feedback", json=message, timeout=60).json()
    _, _, called = tree(collector, "POST /send-feedback", "send_feedback")
    assert found["jsonData"]["traceparent"] == own_header(called)


def channel(server):
    return grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}")


@pytest.mark.parametrize("metadata", [
    [("traceparent", PARENT)], [("uber-trace-id", f"{TRACE}:{CALLER}:0:1")], [("b3", f"{TRACE}-{CALLER}-1")],
], ids=["w3c", "jaeger", "b3"])
def test_a_call_over_grpc_is_a_child_of_the_callers_span(server, collector, metadata):
    with channel(server) as connected:
        response = pb2_grpc.ModelStub(connected).Predict(pb2.SeldonMessage(strData="x"), timeout=60, metadata=metadata)
    span, _, called = tree(collector, "seldon.protos.Model/Predict")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, CALLER)
    assert attributes_of(span) == {"rpc.system.name": "grpc", "rpc.method": "seldon.protos.Model/Predict",
                                   "rpc.status_code": "OK", "server.port": server.grpc_port}
    assert response.meta.tags["traceparent"].string_value == own_header(called)


def test_v2_over_grpc(server, collector):
    tensor = v2_pb2.ModelInferRequest.InferInputTensor(name="x", datatype="INT64", shape=[1])
    tensor.contents.int64_contents.append(1)
    with channel(server) as connected:
        stub = v2_pb2_grpc.GRPCInferenceServiceStub(connected)
        stub.ServerReady(v2_pb2.ServerReadyRequest(), timeout=60)
        stub.ModelInfer(v2_pb2.ModelInferRequest(model_name="unit", inputs=[tensor]), timeout=60)
    tree(collector, "inference.GRPCInferenceService/ModelInfer")
    assert "inference.GRPCInferenceService/ServerReady" not in {span.name for span in collector.spans()}


def test_metadata_over_grpc_has_a_span_without_a_call(server, collector):
    with channel(server) as connected:
        connected.unary_unary("/seldon.protos.Model/Metadata")(b"", timeout=60, metadata=[("traceparent", PARENT)])
    assert collector.named("seldon.protos.Model/Metadata").trace_id.hex() == TRACE


def test_an_exception_of_the_class_is_an_error_of_its_call_and_of_the_server(server, collector):
    assert predict(server, "fail").status_code == 500
    span, wait, called = tree(collector, "POST /predict")
    assert [one.status.code for one in (span, wait, called)] == [2, 0, 2]
    assert attributes_of(called)["error.type"] == "MICROSERVICE_INTERNAL_ERROR"
    assert attributes_of(span)["error.type"] == "500"
    with channel(server) as connected, pytest.raises(grpc.RpcError):
        pb2_grpc.ModelStub(connected).Predict(pb2.SeldonMessage(strData="fail"), timeout=60)
    failed = collector.named("seldon.protos.Model/Predict")
    assert (failed.status.code, failed.status.message) == (2, "Traced.predict raised ValueError: bad")


def test_a_request_that_is_no_message_has_a_span_of_the_server_alone(server, collector):
    assert requests.post(f"{server.url}/predict", data=b"{", timeout=60).status_code == 400
    span = collector.named("POST /predict")
    assert (span.status.code, attributes_of(span)["http.response.status_code"]) == (0, 400)
    assert {one.name for one in collector.spans()} == {"POST /predict"}


def test_probes_and_scrapes_have_no_spans(server, collector):
    for path in ("/live", "/ready", "/health/ping", "/metrics", "/v2/health/ready", "/"):
        server.get(path)
    assert server.get("/nowhere").status_code == 404
    assert attributes_of(collector.named("GET"))["url.path"] == "/nowhere"
    assert [span.name for span in collector.spans()] == ["GET"]


def test_the_histogram_of_times_names_a_trace(server):
    predict(server, traceparent=PARENT)
    found = requests.get(f"{server.url}/metrics", headers={"Accept": "application/openmetrics-text"}, timeout=60).text
    times = [line for line in found.splitlines() if line.startswith("seldon_api_model_requests_seconds_bucket")]
    assert any(f'# {{trace_id="{TRACE}"}}' in line for line in times)
