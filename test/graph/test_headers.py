"""What units learn of a client's headers, and the one id of a request, over both wires and both protocols."""

import base64
import dataclasses
from typing import Any

import grpc
import numpy as np
import pytest
import requests
from seldon_component.errors import CallError
from seldon_component.payload import NDARRAY, STRDATA, Payload
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.system.timer import Timer
from support.generated import pb2
from support.generated_v2 import pb2 as v2_pb2
from support.generated_v2 import pb2_grpc as v2_pb2_grpc
from support.graph_units import Serving
from support.grpc_client import Client
from support.stub_model import StubModel, settings

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Unit(StubModel):
    """Keeps the requests."""

    def __init__(self):
        super().__init__(description={"service_type": "MODEL"})
        self.requests = []

    def ask(self, request, on_answer):
        self.requests.append(request)
        kind = NDARRAY if getattr(request.content, "kind", None) != STRDATA else STRDATA
        on_answer(Payload(kind, "y" if kind == STRDATA else np.array([[1.0]])), None)


class Served:
    def __init__(self):
        self.units = Unit(), Unit()
        child = Node("m", self.units[1], frozenset(["predict", "send_feedback"]))
        root = Node("t", self.units[0], frozenset(["transform_input", "send_feedback"]), (child,))
        usual = settings()
        serving = dataclasses.replace(usual.serving, v2_model_names=("*",), protocols=("seldon", "v2", "v1"))
        chosen = dataclasses.replace(usual, is_graph=True, serving=serving)
        self.serving = Serving(GraphModel(root, chosen, Timer()), chosen, "REST", "GRPC")
        self.url = f"http://127.0.0.1:{self.serving.ports['REST']}"
        self.client = Client(self.serving.ports["GRPC"])

    def seen(self):
        """The headers of the client that both units got, without those of its library, and the one puid of both."""
        first, second = (unit.requests.pop() for unit in self.units)
        assert first.headers == second.headers
        assert first.puid == second.puid
        assert first.trace_parent == second.trace_parent
        self.trace_parent = first.trace_parent
        return {name: value for name, value in first.headers if name.startswith(("x-", "authorization", "uber"))}, first.puid


@pytest.fixture(scope="module")
def served():
    made = Served()
    yield made
    made.client.channel.close()
    made.serving.stop()


PATHS: list[tuple[str, dict[str, Any]]] = [
    ("/api/v1.0/predictions", {"strData": "x"}),
    ("/api/v1.0/feedback", {"request": {"strData": "x"}, "reward": 1}),
    ("/v2/models/any/infer", {"inputs": [{"name": "a", "datatype": "INT32", "shape": [1], "data": [1]}]}),
    ("/v1/models/any:predict", {"instances": [[1]]}),
]


@pytest.mark.parametrize("path, body", PATHS)
def test_headers_over_rest(path, body, served):
    given = {"Authorization": "Bearer x", "X-B3-TraceId": "1", "Uber-Trace-Id": "2", "X-Own": "3"}
    response = requests.post(served.url + path, json=body, headers={**given, "traceparent": TRACE}, timeout=60)
    assert response.status_code == 200, response.text
    headers, puid = served.seen()
    assert headers == {name.lower(): value for name, value in given.items()}
    assert served.trace_parent == TRACE
    assert puid
    assert response.headers["Seldon-Puid"] == puid


@pytest.mark.parametrize("path, body", PATHS)
def test_the_puid_of_a_header(path, body, served):
    response = requests.post(served.url + path, json=body, headers={"Seldon-Puid": "p"}, timeout=60)
    assert served.seen()[1] == response.headers["Seldon-Puid"] == "p"


@pytest.mark.parametrize("path, body, puid", [
    ("/api/v1.0/predictions", {"strData": "x", "meta": {"puid": "q"}}, "q"),
    ("/api/v1.0/feedback", {"request": {"meta": {"puid": "q"}}, "reward": 1}, "q"),
    ("/api/v1.0/feedback", {"response": {"meta": {"puid": "q"}}, "reward": 1}, "p"),
    ("/v2/models/any/infer", {"id": "q", **PATHS[2][1]}, "q"),
])
def test_the_puid_of_a_body_comes_first(path, body, puid, served):
    response = requests.post(served.url + path, json=body, headers={"Seldon-Puid": "p"}, timeout=60)
    assert served.seen()[1] == response.headers["Seldon-Puid"] == puid


def test_a_reward_has_the_puid_of_the_response_that_it_is_for(served):
    body = {"response": {"meta": {"puid": "q"}}, "reward": 1}
    response = requests.post(served.url + "/api/v1.0/feedback", json=body, timeout=60)
    assert served.seen()[1] == response.headers["Seldon-Puid"] == "q"


def test_a_puid_that_no_header_can_have_is_in_the_body_alone(served):
    body = {"strData": "x", "meta": {"puid": "q\r\nEvil: 1"}}
    response = requests.post(served.url + "/api/v1.0/predictions", json=body, headers={"Seldon-Puid": "p"}, timeout=60)
    assert not {"seldon-puid", "evil"} & {name.lower() for name in response.headers}
    assert response.json()["meta"]["puid"] == served.seen()[1] == "q\r\nEvil: 1"


def test_metadata_over_grpc(served):
    given = (("authorization", "Bearer x"), ("x-b3-traceid", "1"), ("x-own-bin", b"\0\1"), ("traceparent", TRACE))
    stub = served.client.channel.unary_unary("/seldon.protos.Seldon/Predict", pb2.SeldonMessage.SerializeToString,
                                             pb2.SeldonMessage.FromString)
    response, call = stub.with_call(pb2.SeldonMessage(strData="x"), metadata=given, timeout=60)
    headers, puid = served.seen()
    assert headers == {"authorization": "Bearer x", "x-b3-traceid": "1", "x-own-bin": base64.b64encode(b"\0\1").decode()}
    assert served.trace_parent == TRACE
    assert dict(call.initial_metadata())["seldon-puid"] == response.meta.puid == puid != ""


@pytest.mark.parametrize("given, puid", [("", "p"), ("q", "q"), ("q\n", None)])
def test_the_puid_over_grpc(given, puid, served):
    stub = served.client.channel.unary_unary("/seldon.protos.Seldon/Predict", pb2.SeldonMessage.SerializeToString,
                                             pb2.SeldonMessage.FromString)
    message = pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid=given))
    response, call = stub.with_call(message, metadata=(("seldon-puid", "p"),), timeout=60)
    assert dict(call.initial_metadata()).get("seldon-puid") == puid
    assert response.meta.puid == served.seen()[1] == (puid or given)


def test_v2_over_grpc(served):
    tensor = v2_pb2.ModelInferRequest.InferInputTensor(name="a", datatype="INT32", shape=[1])
    tensor.contents.int_contents.append(1)
    stub = v2_pb2_grpc.GRPCInferenceServiceStub(served.client.channel).ModelInfer
    request = v2_pb2.ModelInferRequest(model_name="any", inputs=[tensor])
    response, call = stub.with_call(request, metadata=(("x-own", "1"),), timeout=60)
    headers, puid = served.seen()
    assert headers == {"x-own": "1"}
    assert dict(call.initial_metadata())["seldon-puid"] == response.id == puid != ""


def test_an_error_has_the_puid_as_well(served, monkeypatch):
    monkeypatch.setattr(served.units[0], "ask", lambda request, on_answer: on_answer(None, CallError("no")))
    response = requests.post(served.url + "/api/v1.0/predictions", json={"strData": "x"}, timeout=60)
    assert response.json()["status"]["info"] == "unit 't': no"
    assert response.headers["Seldon-Puid"]
    with pytest.raises(grpc.RpcError) as caught:
        served.client.predict(strData="x")
    assert dict(caught.value.initial_metadata())["seldon-puid"]  # type: ignore[attr-defined]


def test_a_component_that_is_no_graph_gets_no_headers_and_no_puid_of_ours():
    unit = Unit()
    serving = Serving(unit, settings(), "REST", "GRPC")
    response = requests.post(f"http://127.0.0.1:{serving.ports['REST']}/predict", json={"strData": "x"}, timeout=60)
    client = Client(serving.ports["GRPC"])
    client.predict(strData="x")
    client.channel.close()
    serving.stop()
    assert [(request.headers, request.puid) for request in unit.requests] == [((), ""), ((), "")]
    assert "Seldon-Puid" not in response.headers
