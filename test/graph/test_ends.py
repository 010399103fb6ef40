"""Requests that end early: at their deadline, or because their client has gone."""

import socket
from typing import Any

import grpc
import pytest
import requests
from seldon_component.errors import CallError
from seldon_component.payload import REST, STRDATA, Feedback, Payload
from seldon_runtime.graph.file import read_graph
from seldon_runtime.messages import Request
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.orchestrator.plan import variables_of
from seldon_runtime.orchestrator.remote.http_connections import Address, HttpConnections
from seldon_runtime.orchestrator.remote.http_unit import HttpUnit
from seldon_runtime.system.timer import Timer
from support.generated import pb2
from support.graph_units import Serving
from support.grpc_client import Client
from support.hand_made_server import HandMadeServer
from support.stub_model import Pending, StubModel, settings
from support.waiting import in_background

X = {"strData": "x"}
LIMIT = 2.0  # seconds; enough for a request to reach the unit that hangs


class Graph:
    """A transformer `t` in front of a model `m`, and beside it a model `n` if it is `wide`. The test is their servers."""

    def __init__(self, is_wide=False, **more):
        self.connections = HttpConnections()
        self.servers = {name: HandMadeServer() for name in ("t", "m", "n")}
        nodes = {name: HttpUnit(Address("127.0.0.1", server.port), self.connections, Timer())
                 for name, server in self.servers.items()}
        models = [Node(name, nodes[name], frozenset(["predict"])) for name in ("mn" if is_wide else "m")]
        chosen = settings(is_graph=True, **more)
        root = Node("t", nodes["t"], frozenset(["transform_input"]), tuple(models))
        self.serving = Serving(GraphModel(root, chosen, Timer()), chosen, "REST", "GRPC")
        self.port = self.serving.ports["REST"]
        self.url = f"http://127.0.0.1:{self.port}/api/v1.0/predictions"
        self.client = Client(self.serving.ports["GRPC"])

    def pass_transformer(self):
        accepted = self.servers["t"].accept()
        accepted.request()
        accepted.respond(b'{"strData":"y"}')

    def stop(self):
        self.client.channel.close()
        self.serving.stop()
        self.connections.close()
        for server in self.servers.values():
            server.__exit__(None, None, None)


@pytest.fixture
def serve():
    made = []

    def start(*arguments, **more):
        made.append(Graph(*arguments, **more))
        return made[-1]

    yield start
    for graph in made:
        graph.stop()


def rest(graph):
    response = requests.post(graph.url, json=X, timeout=60)
    return response.status_code, response.json()["status"]["info"]


def over_grpc(graph):
    with pytest.raises(grpc.RpcError) as caught:
        graph.client.call("Seldon", "Predict", pb2.SeldonMessage(strData="x"))
    return caught.value.code(), caught.value.details()


def test_a_unit_that_hangs_is_named_at_the_deadline_of_the_whole_walk(serve):
    graph = serve(grpc_timeout=LIMIT)
    answer = in_background(lambda: over_grpc(graph))
    graph.pass_transformer()
    hanging = graph.servers["m"].accept()
    hanging.request()
    assert answer() == (grpc.StatusCode.DEADLINE_EXCEEDED, "unit 'm' did not answer within 2000 ms")
    assert hanging.has_ended()


def test_all_units_that_hang_are_named(serve):
    graph = serve(True, rest_timeout=LIMIT)
    answer = in_background(lambda: rest(graph))
    graph.pass_transformer()
    hanging = [graph.servers[name].accept() for name in "mn"]
    for one in hanging:
        one.request()
    assert answer() == (504, "unit 'm' and unit 'n' did not answer within 2000 ms")
    assert all(one.has_ended() for one in hanging)


def test_annotations_of_the_file_are_deadlines():
    annotations = "{seldon.io/rest-timeout: '500', seldon.io/grpc-timeout: '700'}"
    file = read_graph(
        "apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: d}\n"
        f"spec:\n  annotations: {annotations}\n"
        "  predictors:\n  - {name: p, graph: {name: m, implementation: SIMPLE_MODEL}}\n"
    )
    found = variables_of(file, 0)
    assert (found["REST_TIMEOUT_MS"], found["GRPC_TIMEOUT_MS"]) == ("500", "700")


def test_a_request_whose_client_has_gone_goes_no_further_over_rest(serve):
    graph = serve()
    client = socket.create_connection(("127.0.0.1", graph.port), timeout=60)
    client.sendall(b'POST /api/v1.0/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n{"strData":"x"}')
    accepted = graph.servers["t"].accept()
    accepted.request()
    client.close()
    assert accepted.has_ended()
    only_the_next_request_reaches_the_model(graph)


def test_a_request_whose_client_has_gone_goes_no_further_over_grpc(serve):
    graph = serve()
    stub = graph.client.channel.unary_unary("/seldon.protos.Seldon/Predict", pb2.SeldonMessage.SerializeToString)
    call = stub.future(pb2.SeldonMessage(strData="x"))
    accepted = graph.servers["t"].accept()
    accepted.request()
    call.cancel()
    assert accepted.has_ended()
    only_the_next_request_reaches_the_model(graph)


def only_the_next_request_reaches_the_model(graph):
    answer = in_background(lambda: requests.post(graph.url, json={"strData": "next"}, timeout=60).json()["strData"])
    graph.pass_transformer()
    accepted = graph.servers["m"].accept()
    head, body = accepted.request()
    assert head.startswith("POST /predict ")
    assert b'"y"' in body
    accepted.respond(b'{"strData":"z"}')
    assert answer() == "z"


def test_failures_of_a_feedback_are_told_in_the_order_of_the_children():
    units = {name: Pending() for name in "rmn"}
    children = tuple(Node(name, units[name], frozenset(["send_feedback"])) for name in "mn")
    root = Node("r", units["r"], frozenset(["route", "send_feedback"]), children)
    answers: list[Any] = []
    feedback = Feedback(Payload(), Payload(), 1.0, Payload())
    GraphModel(root, settings(), Timer()).ask(Request("send_feedback", feedback), lambda *answer: answers.append(answer))
    for name in "nmr":  # the last child is the first to respond
        _, on_answer = units[name].next()
        on_answer(None, CallError("no", 400 + ord(name) - ord("m")))
    ((_, error),) = answers
    assert (error.info, error.status_code) == ("unit 'm': no; unit 'n': no; unit 'r': no", 400)


def test_a_unit_that_responds_to_nobody_is_followed_by_none():
    first, second = Pending(), StubModel()
    root = Node("t", first, frozenset(["transform_input"]), (Node("m", second, frozenset(["predict"])),))
    answers = []
    request = Request("predict", Payload(STRDATA, "x"), REST)
    GraphModel(root, settings(), Timer()).ask(request, lambda *answer: answers.append(answer))
    request.cancel()
    first.respond_to_next()
    ((_, error),) = answers
    assert error.reason == "MICROSERVICE_CANCELLED"
    assert second.asked == []
