"""seldon_runtime.grpc.predictions: each method of each service, metadata and ids, with stock generated clients."""

from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from seldon_component.errors import CallError
from seldon_component.payload import GRPC, Feedback, Payload
from seldon_component.proto import classes
from seldon_component.user_class.service_types import METHODS
from seldon_runtime.config.settings import UnitSettings
from seldon_runtime.grpc.services import RPCS, SERVICES
from support.generated import pb2, pb2_grpc
from support.grpc_client import LIMIT, SERVING
from support.stub_model import Pending, StubModel

ROWS = [(service, method) for service, methods in SERVICES.items() for method in methods]


def message_for(method):
    if method == "aggregate":
        return pb2.SeldonMessageList(seldonMessages=[pb2.SeldonMessage(strData="a"), pb2.SeldonMessage(strData="b")])
    if method == "send_feedback":
        return pb2.Feedback(request=pb2.SeldonMessage(strData="q"), reward=1, truth=pb2.SeldonMessage(strData="t"))
    return pb2.SeldonMessage(strData="q")


@pytest.mark.parametrize(("service", "method"), ROWS)
def test_an_old_client_reaches_each_method_of_each_service(serve, service, method):
    model = StubModel({method: Payload("strData", method)})
    _, client = serve(model)
    assert client.call(service, RPCS[method], message_for(method)).strData == method
    ((received, content, wire),) = model.asked
    assert (received, wire) == (method, GRPC)
    message = content.request if isinstance(content, Feedback) else content[1] if isinstance(content, list) else content
    assert message.data == ("b" if method == "aggregate" else "q")


def test_the_services_have_every_method_of_the_descriptor():
    assert {method for _, method in ROWS} == set(RPCS) == set(METHODS)
    file = classes.pool().FindFileByName("prediction.proto")
    described = {name: {rpc.name for rpc in service.methods} for name, service in file.services_by_name.items()}
    offered = {name: {RPCS[method] for method in methods} for name, methods in SERVICES.items()}
    offered["Model"].add("Metadata")
    offered["Seldon"].add("ModelMetadata")
    offered["Seldon"].add("GraphMetadata")  # of graphs alone
    assert described == offered


def test_a_tensor_comes_back_with_its_shape_and_names(serve):
    class Echo(StubModel):
        def ask(self, request, on_answer):
            on_answer(request.content, None)

    _, client = serve(Echo())
    sent = pb2.DefaultData(names=["a", "b"], tensor=pb2.Tensor(shape=[1, 2], values=[1, 2]))
    assert client.predict(data=sent, meta=pb2.Meta(puid="p")) == pb2.SeldonMessage(data=sent, meta=pb2.Meta(puid="p"))


@pytest.mark.parametrize(("service", "rpc"), [("Model", "Metadata"), ("Seldon", "ModelMetadata")])
def test_metadata_is_the_same_as_over_rest(serve, service, rpc):
    _, client = serve(StubModel({"metadata": Payload("jsonData", {"versions": ["v1"]})}))
    call = client.channel.unary_unary(
        f"/seldon.protos.{service}/{rpc}",
        empty_pb2.Empty.SerializeToString,
        classes.message_class("SeldonModelMetadata").FromString,
    )
    response = call(empty_pb2.Empty(), timeout=LIMIT, wait_for_ready=True)
    assert (response.name, list(response.versions)) == ("Iris", ["v1"])


def test_the_metadata_have_name_and_version_of_the_image(serve):
    unit = UnitSettings("unit", None, None, {}, "shop/iris:1.2")
    _, client = serve(StubModel(), unit=unit)
    call: Any = client.channel.unary_unary(
        "/seldon.protos.Model/Metadata",
        empty_pb2.Empty.SerializeToString,
        classes.message_class("SeldonModelMetadata").FromString,
    )
    found = call(empty_pb2.Empty(), timeout=LIMIT, wait_for_ready=True)
    assert (found.name, list(found.versions)) == ("shop/iris", ["1.2"])


def test_metadata_wait_for_the_class_and_hold_up_nothing_else(serve):
    """They once waited in the thread that reads grpcio's events."""
    model = Pending()
    _, client = serve(model)
    call: Any = client.channel.unary_unary("/seldon.protos.Model/Metadata")
    response = call.future(b"", timeout=LIMIT, wait_for_ready=True)
    _, on_answer = model.next()
    assert client.check() == SERVING
    on_answer(Payload("jsonData", {"versions": ["v1"]}), None)
    assert classes.message_class("SeldonModelMetadata").FromString(response.result(LIMIT)).versions == ["v1"]


@pytest.mark.parametrize(("own", "puid"), [("", "p-7"), ("mine", "mine")])
def test_a_message_without_a_puid_gets_that_of_the_metadata(own, puid, serve):
    model = StubModel({"predict": Payload("strData", "x")})
    _, client = serve(model)
    stub = pb2_grpc.ModelStub(client.channel)
    message = pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid=own))
    stub.Predict(message, metadata=[("seldon-puid", "p-7")], timeout=LIMIT, wait_for_ready=True)
    assert model.asked[-1][1].meta == {"puid": puid}


IDS = (("x-request-id", "r"), ("seldon-puid", "p"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))


@pytest.mark.parametrize("rpc", ["Predict", "SendFeedback", "Metadata"])
def test_the_ids_of_a_call_come_back(rpc, serve):
    """After a response, after an error, and after a call that holds a thread."""
    _, client = serve(StubModel({"predict": Payload("strData", "x"), "send_feedback": CallError("broken")}))
    call: Any = client.channel.unary_unary(f"/seldon.protos.Model/{rpc}")
    _, done = ended(call, b"", metadata=(*IDS, ("other", "o")))
    assert sorted(done.trailing_metadata()) == sorted(IDS)
    _, done = ended(call, b"")
    assert tuple(done.trailing_metadata()) == ()


def test_an_id_that_is_long_does_not_come_back(serve):
    _, client = serve(StubModel({"predict": Payload("strData", "x")}))
    call: Any = client.channel.unary_unary("/seldon.protos.Model/Predict")
    _, done = ended(call, b"", metadata=[("x-request-id", "x" * 257)])
    assert tuple(done.trailing_metadata()) == ()


def ended(call, body, metadata=()):
    """The response, or None, and the call that has ended."""
    try:
        return call.with_call(body, metadata=metadata, timeout=LIMIT, wait_for_ready=True)
    except grpc.RpcError as error:
        return None, error
