"""REQUEST_LOGGER_URL: requests, responses and feedback as the CloudEvents of Seldon's executor, which delay nobody."""

import gzip
import json
import re
import socket

import grpc
import pytest
import requests
from support.event_sink import EventSink
from support.generated import pb2
from support.grpc_client import Client
from support.waiting import eventually

NAMES = {"SELDON_DEPLOYMENT_ID": "dep", "PREDICTOR_ID": "pred", "PREDICTIVE_UNIT_ID": "unit", "POD_NAME": "pod-1",
         "POD_NAMESPACE": "shop"}


@pytest.fixture
def sink():
    with EventSink() as started:
        yield started


def metric(server, name):
    text = server.get("/metrics").text
    return float(re.findall(rf"^seldon_api_request_log_events_{name}_total\S* (\S+)$", text, re.MULTILINE)[0])


def test_the_events_of_a_request(serve, sink):
    server = serve(REQUEST_LOGGER_URL=sink.url, **NAMES)
    body = b'{ "strData":"a",  "meta":{"puid":"p 1"}}'  # its spaces tell whether it was written again
    response = requests.post(server.url + "/predict", data=body, headers={"Content-Type": "application/json"}, timeout=60)
    assert server.stop() == 0  # flushes
    request, answer = sink.of("request"), sink.of("response")
    assert (request.body, answer.body) == (body, response.content)
    for event, kind in ((request, "request"), (answer, "response")):
        headers = {name: text for name, text in event.headers.items() if name.startswith("ce-")}
        assert headers.pop("ce-id") != headers["ce-requestid"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", headers.pop("ce-time"))
        assert headers == {
            "ce-specversion": "1.0", "ce-type": f"io.seldon.serving.inference.{kind}", "ce-requestid": "p%201",
            "ce-protocol": "seldon", "ce-source": f"http://pod-1:{server.url.rpartition(':')[2]}/", "ce-modelid": "unit",
            "ce-inferenceservicename": "dep", "ce-namespace": "shop", "ce-endpoint": "pred"}
        assert event.headers["content-type"] == "application/json"
    assert request.headers["ce-id"] != answer.headers["ce-id"]


def test_which_requests_have_events(serve, sink):
    server = serve(REQUEST_LOGGER_URL=sink.url)
    server.predict({"strData": "fail"})  # as with the executor, an error is no response
    assert server.predict({"data": {"ndarray": 5}}).status_code == 400
    server.get("/metadata")
    server.post("/send-feedback", {"request": {"strData": "a"}, "reward": 1})
    requests.post(server.url + "/predict", json={"strData": "b"}, headers={"Seldon-Skip-Logging": "True"}, timeout=60)
    packed = gzip.compress(b'{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}')
    requests.post(server.url + "/v2/models/Mine/infer", data=packed, headers={"Content-Encoding": "gzip"}, timeout=60)
    assert server.stop() == 0
    assert sink.kinds() == ["feedback", "request", "request", "response"]
    v2 = next(event for event in sink.events if event.kind == "request" and event.headers["ce-protocol"] == "v2")
    assert json.loads(v2.body)["inputs"][0]["data"] == [1]
    assert v2.headers["ce-requestid"] == sink.of("response").headers["ce-requestid"] == json.loads(sink.of("response").body)["id"]
    failed = next(event for event in sink.events if event.kind == "request" and event.headers["ce-protocol"] == "seldon")
    assert re.fullmatch(r"[0-9a-f-]{36}", failed.headers["ce-requestid"])  # a new one, because the message had none


def test_calls_of_grpc(serve, sink):
    server = serve(REQUEST_LOGGER_URL=sink.url)
    message = pb2.SeldonMessage(strData="a", meta=pb2.Meta(puid="g1"))
    client = Client(server.grpc_port)
    client.call("Model", "Predict", message)
    with pytest.raises(grpc.RpcError):
        client.call("Model", "Predict", pb2.SeldonMessage(strData="fail"))
    assert server.stop() == 0
    assert sink.kinds() == ["request", "request", "response"]
    answer = sink.of("response")
    assert (answer.headers["content-type"], answer.headers["ce-requestid"]) == ("application/protobuf", "g1")
    assert pb2.SeldonMessage.FromString(answer.body).strData == "a"
    assert message.SerializeToString() in [event.body for event in sink.events]


@pytest.mark.parametrize(("mode", "kinds"), [("request", ["request"]), ("response", ["feedback", "response"])])
def test_a_mode_leaves_events_out(mode, kinds, serve, sink):
    server = serve(REQUEST_LOGGER_URL=sink.url, REQUEST_LOGGER_MODE=mode)
    server.predict({"strData": "a"})
    server.post("/send-feedback", {"request": {"strData": "a"}, "reward": 1})
    assert server.stop() == 0
    assert sink.kinds() == kinds


def test_a_sample_leaves_requests_out(serve, sink):
    server = serve(REQUEST_LOGGER_URL=sink.url, REQUEST_LOGGER_SAMPLE="0")
    server.predict({"strData": "a"})
    assert server.stop() == 0
    assert sink.events == []


def test_a_sink_that_hangs_delays_no_response_and_what_has_no_room_is_counted(serve, sink):
    sink.gate.clear()
    server = serve(REQUEST_LOGGER_URL=sink.url, REQUEST_LOGGER_QUEUE_SIZE=10, REQUEST_LOGGER_MODE="request")
    for _ in range(30):
        assert server.predict({"strData": "a"}).status_code == 200
    assert metric(server, "dropped") >= 30 - 10 - 4  # four are on their way
    sink.gate.set()
    eventually(lambda: metric(server, "sent") + metric(server, "dropped") == 30, "all events were sent or dropped")
    taken = metric(server, "sent")
    assert server.stop() == 0
    assert len(sink.events) == taken
    assert re.search(r"REQUEST_LOGGER_URL: \d+ events were dropped, the last one because the queue is full", server.errors)


def test_the_waiting_events_are_limited_in_bytes(serve, sink):
    sink.gate.clear()
    server = serve(REQUEST_LOGGER_URL=sink.url, REQUEST_LOGGER_QUEUE_BYTES=100_000, REQUEST_LOGGER_MODE="request")
    for _ in range(20):
        assert server.predict({"strData": "a" * 20_000}).status_code == 200
    assert metric(server, "dropped") == 16  # four of 20,500 bytes fit into 100,000, those on their way among them
    sink.gate.set()


@pytest.mark.parametrize("failure", ["refused", "status"])
def test_a_sink_that_fails_is_counted_and_logged_once(failure, serve, sink):
    sink.status = 500
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = sink.url if failure == "status" else f"http://127.0.0.1:{closed.getsockname()[1]}"
        server = serve(REQUEST_LOGGER_URL=url, REQUEST_LOGGER_MODE="request")
        for _ in range(5):
            assert server.predict({"strData": "a"}).status_code == 200
        eventually(lambda: metric(server, "dropped") == 5, "all events were dropped")
        assert metric(server, "sent") == 0
        assert server.stop() == 0
    assert server.errors.count("REQUEST_LOGGER_URL: 1 events were dropped") == 1
    assert server.errors.count("REQUEST_LOGGER_URL") == 1


def test_wrong_values_end_the_start(serve, tmp_path):
    with pytest.raises(AssertionError) as failed:
        serve(REQUEST_LOGGER_URL="kafka://secret@broker", REQUEST_LOGGER_SAMPLE="2", REQUEST_LOGGER_MODE="both")
    assert ("REQUEST_LOGGER_URL: expected http(s)://host…, found a value that is not shown\n"
            "REQUEST_LOGGER_MODE: expected all, request or response, found 'both'\n"
            "REQUEST_LOGGER_SAMPLE: expected 0 to 1, found '2'\n") in str(failed.value)
