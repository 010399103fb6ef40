import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np
import pytest
from seldon_component.payload import STRDATA, V2TENSOR, V2TENSORS, Feedback, Payload
from seldon_runtime.grpc.failures import failure
from seldon_runtime.orchestrator.meta import named
from seldon_runtime.orchestrator.remote.grpc_unit import GrpcUnit
from seldon_runtime.rest.error_response import status_of
from support.asked import Asked, X
from support.generated import pb2
from support.server import free_port


class Server(grpc.GenericRpcHandler):
    """Answers every call with what the test gives. asked: (path, bytes, metadata) of each. held: keeps calls until it is set."""

    def __init__(self):
        self.asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.ends: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.held = threading.Event()
        self.held.set()
        self.answer = pb2.SeldonMessage(strData="y").SerializeToString()
        self.code, self.details = None, ""
        self.port = free_port()

    def service(self, details):
        def handle(body, context):
            ends = self.ends
            context.add_callback(lambda: ends.put(True))
            self.asked.put((details.method, body, dict(details.invocation_metadata)))
            assert self.held.wait(60)
            if self.code is not None:
                context.abort(self.code, self.details)
            return self.answer
        return grpc.unary_unary_rpc_method_handler(handle)


@pytest.fixture(scope="module")
def server_and_unit():
    handler = Server()
    server = serve(handler)
    unit = GrpcUnit(f"127.0.0.1:{handler.port}")
    yield handler, unit
    handler.held.set()
    unit.stop()
    server.stop(None).wait()


@pytest.fixture
def served(server_and_unit):
    """Without what an earlier test has left."""
    server, _ = server_and_unit
    server.asked, server.ends = queue.SimpleQueue(), queue.SimpleQueue()
    return server_and_unit


@pytest.mark.parametrize("method, rpc, content, expected", [
    ("predict", "Model/Predict", X, pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid="p"))),
    ("transform_input", "Transformer/TransformInput", X, pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid="p"))),
    ("transform_output", "OutputTransformer/TransformOutput", X, pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid="p"))),
    ("route", "Router/Route", X, pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid="p"))),
    ("aggregate", "Combiner/Aggregate", [X],
     pb2.SeldonMessageList(seldonMessages=[pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid="p"))])),
    ("send_feedback", "Model/SendFeedback", Feedback(X, Payload(), 0.5, Payload()),
     pb2.Feedback(request=pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid="p")), response=pb2.SeldonMessage(meta=pb2.Meta()),
                  truth=pb2.SeldonMessage(meta=pb2.Meta()), reward=0.5)),
])
def test_what_is_asked(method, rpc, content, expected, served):
    server, unit = served
    assert Asked(unit, content, method).end().data == "y"
    path, body, _ = server.asked.get(timeout=60)
    assert path == f"/seldon.protos.{rpc}"
    assert type(expected).FromString(body) == expected


def test_metadata_of_the_client_is_passed_on_but_for_what_belongs_to_its_call(served):
    server, unit = served
    passed = {"authorization": "Bearer x", "cookie": "a=b", "x-b3-traceid": "1", "uber-trace-id": "2", "tracestate": "c=d",
              "own.key_1": ""}
    kept = {"connection": "x-hop", "x-hop": "1", "te": "trailers", "host": "other", "content-type": "text/plain",
            "content-length": "9999", "transfer-encoding": "chunked", "grpc-timeout": "1n", ":authority": "other",
            "user-agent": "me", "seldon-puid": "other", "traceparent": "other", "x!": "not of metadata", "x-text": "\xfc",
            "wrong-bin": "#"}
    headers = tuple({**kept, **passed, "x-bin": "AAE"}.items())
    Asked(unit, headers=headers, trace_parent="00-1-2-01").end()
    found = server.asked.get(timeout=60)[2]
    assert found.pop("user-agent").startswith("grpc-python/")
    assert found == {**passed, "x-bin": b"\0\x01", "seldon-puid": "p", "traceparent": "00-1-2-01"}


def test_a_puid_that_no_metadata_can_have_is_left_out(served):
    server, unit = served
    Asked(unit, Payload(STRDATA, "x", (), {"puid": "p\n"})).end()
    assert server.asked.get(timeout=60)[2].keys() == {"user-agent"}


@pytest.mark.parametrize("code, status", [
    ("INVALID_ARGUMENT", 400), ("UNAUTHENTICATED", 401), ("PERMISSION_DENIED", 403), ("NOT_FOUND", 404), ("ABORTED", 409),
    ("FAILED_PRECONDITION", 412), ("CANCELLED", 499), ("UNKNOWN", 500), ("INTERNAL", 500), ("DATA_LOSS", 500),
    ("OUT_OF_RANGE", 500), ("ALREADY_EXISTS", 500), ("UNIMPLEMENTED", 501), ("UNAVAILABLE", 503), ("RESOURCE_EXHAUSTED", 503),
    ("DEADLINE_EXCEEDED", 504),
])
def test_an_error(code, status, served):
    """Over gRPC the code and the details are the unit's own; over REST the status means the same."""
    server, unit = served
    server.code, server.details = grpc.StatusCode[code], "no tea"
    error = named(Asked(unit).end(), "m")
    server.code = None
    assert failure(error) == (grpc.StatusCode[code], "unit 'm': no tea")
    assert status_of(error) == status


def test_a_server_that_is_not_there():
    unit = GrpcUnit(f"127.0.0.1:{free_port()}")
    error = Asked(unit).end()
    unit.stop()
    assert failure(error)[0] is grpc.StatusCode.UNAVAILABLE
    assert status_of(error) == 503


def test_a_response_that_is_no_message(served):
    server, unit = served
    usual, server.answer = server.answer, b"\xff"
    error = Asked(unit).end()
    server.answer = usual
    assert "the response cannot be read: BadPayload" in error.info
    assert status_of(error) == 500


def test_a_cancelled_request_ends_its_call(served):
    server, unit = served
    server.held.clear()
    asked = Asked(unit)
    server.asked.get(timeout=60)
    asked.request.cancel()
    assert asked.end().reason == "MICROSERVICE_CANCELLED"
    assert server.ends.get(timeout=60)
    server.held.set()


def test_a_call_ends_at_the_deadline_of_its_request(served):
    server, unit = served
    server.held.clear()
    error = Asked(unit, deadline=0.0).end()
    server.held.set()
    assert failure(error)[0] is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_tensor_of_v2_is_an_array_of_seldons(served):
    server, unit = served
    Asked(unit, Payload(V2TENSOR, np.array([[1, 2]]), ["a", "b"], {"parameters": {"a": 1}})).end()
    found = pb2.SeldonMessage.FromString(server.asked.get(timeout=60)[1])
    assert list(found.data.tensor.values) == [1, 2]
    error = Asked(unit, Payload(V2TENSORS, (np.zeros(1), np.zeros(1)), ["a", "b"])).end()
    assert "expected one tensor" in error.info


def serve(handler):
    server = grpc.server(ThreadPoolExecutor(4), handlers=[handler], options=[("grpc.so_reuseport", 0)])
    server.add_insecure_port(f"127.0.0.1:{handler.port}")
    server.start()
    return server


def test_readiness_follows_the_connection_which_is_made_again():
    handler = Server()
    changes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    unit = GrpcUnit(f"127.0.0.1:{handler.port}", lambda: changes.put(unit.ready))
    server = serve(handler)
    unit.start()
    assert changes.get(timeout=60) is True
    for _ in range(2):
        server.stop(None).wait()
        assert changes.get(timeout=60) is False
        server = serve(handler)
        assert changes.get(timeout=60) is True
    assert Asked(unit).end().data == "y"
    unit.stop()
    server.stop(None).wait()


def test_after_its_end_nothing_is_asked():
    unit = GrpcUnit(f"127.0.0.1:{free_port()}")
    unit.stop()
    assert status_of(Asked(unit).end()) == 503
