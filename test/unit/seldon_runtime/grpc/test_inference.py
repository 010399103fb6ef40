"""The gRPC service of V2, with a stock client that is generated from the protocol's .proto."""

from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from seldon_component.errors import CallError, ModelError, Unavailable
from seldon_component.payload import GRPC, V2TENSOR, Payload
from seldon_runtime.errors import TimedOut
from seldon_runtime.v2.inference import Inference
from seldon_runtime.v2.proto_classes import SERVICE
from support.generated_v2 import pb2, pb2_grpc
from support.grpc_client import LIMIT, SERVING
from support.stub_model import DESCRIPTION, Pending, StubModel, settings
from support.waiting import eventually

DESCRIBED = {**DESCRIPTION, "versions": ["1", "2"], "platform": "own"}


class Echo(StubModel):
    """Responds with what it gets, and answers for its metadata."""

    def ask(self, request, on_answer):
        self.asked.append(request)
        if request.method == "metadata":
            return on_answer(Payload("jsonData", {"versions": ["1", "2"], "platform": "own"}), None)
        on_answer(Payload(V2TENSOR, request.content.data, [], request.content.meta), None)


@pytest.fixture
def serve_v2(serve):
    """A function: a Model -> the stub of a client of its server."""

    def start(model, **more) -> Any:
        _, client = serve(model, inference=Inference(model, settings()), **more)
        return pb2_grpc.GRPCInferenceServiceStub(client.channel)

    return start


def request_of(typed=True, **fields):
    tensor: dict[str, Any] = {"name": "x", "datatype": "FP32", "shape": [1, 2]}
    if typed:
        tensor["contents"] = {"fp32_contents": [1, 2]}
    else:
        fields["raw_input_contents"] = [np.array([1, 2], np.float32).tobytes()]
    return pb2.ModelInferRequest(**{"model_name": "Iris", "inputs": [tensor], **fields})


def infer(stub, message, **more):
    return stub.ModelInfer(message, timeout=LIMIT, wait_for_ready=True, **more)


def failure(call, message):
    with pytest.raises(grpc.RpcError) as error:
        call(message, timeout=LIMIT, wait_for_ready=True)
    return error.value.code(), error.value.details()


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "raw"])
def test_the_response_is_raw_if_the_request_is(serve_v2, typed):
    model = Echo(description=DESCRIBED)
    response = infer(serve_v2(model), request_of(typed, id="7"))
    (output,) = response.outputs
    assert (response.model_name, response.id) == ("Iris", "7")
    assert (output.name, output.datatype, list(output.shape)) == ("output-0", "FP32", [1, 2])
    assert list(output.contents.fp32_contents) == ([1, 2] if typed else [])
    assert list(response.raw_output_contents) == ([] if typed else [np.array([1, 2], np.float32).tobytes()])
    assert (model.asked[0].wire, model.asked[0].content.data.dtype) == (GRPC, np.float32)


@pytest.mark.parametrize(("metadata", "id"), [
    ([], None), ([("seldon-puid", "p")], "p"), ([("x-request-id", "r")], "r"), ([("seldon-puid", "p"), ("x-request-id", "r")], "p"),
])  # fmt: skip
def test_a_request_without_an_id_gets_one(serve_v2, metadata, id):
    response = infer(serve_v2(Echo()), request_of(), metadata=metadata)
    assert response.id == id if id else len(response.id) == 32


def test_what_the_trace_parent_is_goes_with_the_request(serve_v2):
    model = Echo()
    infer(serve_v2(model), request_of(), metadata=[("traceparent", "00-1")])
    assert model.asked[0].trace_parent == "00-1"


@pytest.mark.parametrize(("error", "code"), [
    (ModelError("raised"), grpc.StatusCode.INTERNAL),
    (ModelError("raised", status_code=400), grpc.StatusCode.INVALID_ARGUMENT),
    (Unavailable("loading"), grpc.StatusCode.UNAVAILABLE),
    (TimedOut("late"), grpc.StatusCode.DEADLINE_EXCEEDED),
    (CallError("é" * 100_000), grpc.StatusCode.INTERNAL),
])  # fmt: skip
def test_an_error_of_the_class_has_its_code(serve_v2, error, code):
    found, details = failure(serve_v2(StubModel({"predict": error})).ModelInfer, request_of())
    assert (found, details) == (code, str(error)[:1000])


def test_errors_of_a_request(serve_v2):
    infer = serve_v2(Echo(description=DESCRIBED)).ModelInfer
    assert failure(infer, request_of(inputs=[])) == (
        grpc.StatusCode.INVALID_ARGUMENT, "message: inputs: expected at least one input, found none")
    code, details = failure(infer, request_of(model_name="Rose"))
    assert (code, details) == (grpc.StatusCode.NOT_FOUND, "model: expected one of Iris, found 'Rose'; V2_MODEL_NAMES adds names")
    code, details = failure(infer, request_of(model_version="3"))
    assert (code, details) == (grpc.StatusCode.NOT_FOUND, "version of Iris: expected one of 1, 2, found '3'")
    code, details = failure(infer, request_of(outputs=[{"name": "y"}]))
    assert (code, details) == (grpc.StatusCode.INVALID_ARGUMENT, "outputs[0].name: expected one of output-0, found 'y'")


def test_only_the_log_has_the_reason_of_a_fault_of_the_server(serve_v2, caplog, monkeypatch):
    def fail(response, as_raw):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("seldon_runtime.v2.proto_messages.write", fail)
    found = failure(serve_v2(Echo()).ModelInfer, request_of())
    assert found == (grpc.StatusCode.INTERNAL, "the server failed on this request; its log says why")
    assert "secret" in caplog.text


def test_a_client_that_has_gone_cancels_its_request(serve_v2):
    model = Pending()
    gone = serve_v2(model).ModelInfer.future(request_of(), timeout=LIMIT, wait_for_ready=True)
    request, _ = model.next()
    gone.cancel()
    eventually(lambda: request.cancelled, "the request was cancelled")


@pytest.mark.parametrize("ready", [True, False])
def test_live_and_ready(serve_v2, ready):
    stub = serve_v2(Echo(description=DESCRIBED if ready else {}, ready=ready))
    assert stub.ServerLive(pb2.ServerLiveRequest(), timeout=LIMIT, wait_for_ready=True).live
    assert stub.ServerReady(pb2.ServerReadyRequest(), timeout=LIMIT).ready is ready
    assert stub.ModelReady(pb2.ModelReadyRequest(name="Iris"), timeout=LIMIT).ready is ready
    assert stub.ModelReady(pb2.ModelReadyRequest(name="Iris", version="2"), timeout=LIMIT).ready is ready
    assert failure(stub.ModelReady, pb2.ModelReadyRequest(name="Rose"))[0] == grpc.StatusCode.NOT_FOUND


def test_metadata_of_server_and_model(serve_v2):
    stub = serve_v2(Echo(description=DESCRIBED))
    server = stub.ServerMetadata(pb2.ServerMetadataRequest(), timeout=LIMIT, wait_for_ready=True)
    assert server.name == "seldon-core-microservice"
    assert "binary_tensor_data" in server.extensions
    model = stub.ModelMetadata(pb2.ModelMetadataRequest(name="Iris"), timeout=LIMIT)
    assert (model.name, list(model.versions), model.platform) == ("Iris", ["1", "2"], "own")
    assert failure(stub.ModelMetadata, pb2.ModelMetadataRequest(name="Rose"))[0] == grpc.StatusCode.NOT_FOUND


def test_metadata_have_inputs_and_outputs(serve_v2):
    declared = [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}]
    stub = serve_v2(Echo(description={**DESCRIBED, "inputs": declared, "outputs": declared}))
    model = stub.ModelMetadata(pb2.ModelMetadataRequest(name="Iris"), timeout=LIMIT, wait_for_ready=True)
    for (tensor,) in (model.inputs, model.outputs):
        assert (tensor.name, tensor.datatype, list(tensor.shape)) == ("x", "FP32", [-1, 4])


def test_metadata_wait_for_the_class_and_hold_up_nothing_else(serve):
    model = Pending()
    _, client = serve(model, inference=Inference(model, settings()))
    stub: Any = pb2_grpc.GRPCInferenceServiceStub(client.channel)
    response = stub.ModelMetadata.future(pb2.ModelMetadataRequest(name="Iris"), timeout=LIMIT, wait_for_ready=True)
    _, on_answer = model.next()
    assert stub.ServerReady(pb2.ServerReadyRequest(), timeout=LIMIT).ready
    on_answer(Payload("jsonData", {}), None)
    assert response.result(LIMIT).name == "Iris"


@pytest.mark.parametrize("field", ["repository_name", "model_name"])
def test_the_repository(serve_v2, field):
    """KServe's clients have the name of the model in field 1, Triton's and MLServer's in field 2."""
    stub = serve_v2(Echo(description=DESCRIBED))
    index = stub.RepositoryIndex(pb2.RepositoryIndexRequest(ready=True), timeout=LIMIT, wait_for_ready=True)
    assert list(index.models) == [pb2.RepositoryIndexResponse.ModelIndex(name="Iris", version="2", state="READY")]
    loaded = stub.RepositoryModelLoad(pb2.RepositoryModelLoadRequest(**{field: "Iris"}), timeout=LIMIT)
    assert (loaded.model_name, loaded.isLoaded) == ("Iris", True)
    code, details = failure(stub.RepositoryModelUnload, pb2.RepositoryModelUnloadRequest(**{field: "Iris"}))
    assert (code, details) == (grpc.StatusCode.UNIMPLEMENTED, "the model of an image cannot be unloaded; stop the container")
    for call, message in ((stub.RepositoryModelLoad, pb2.RepositoryModelLoadRequest), (stub.RepositoryModelUnload, pb2.RepositoryModelUnloadRequest)):
        assert failure(call, message(**{field: "Rose"}))[0] == grpc.StatusCode.NOT_FOUND


def test_a_repository_whose_model_is_not_loaded(serve_v2):
    stub = serve_v2(Echo(description={}, ready=False))
    found = stub.RepositoryIndex(pb2.RepositoryIndexRequest(), timeout=LIMIT, wait_for_ready=True).models[0]
    assert (found.state, found.reason) == ("UNAVAILABLE", "the component is not loaded")
    assert not stub.RepositoryIndex(pb2.RepositoryIndexRequest(ready=True), timeout=LIMIT).models
    assert failure(stub.RepositoryModelLoad, pb2.RepositoryModelLoadRequest(model_name="Iris"))[0] == grpc.StatusCode.UNAVAILABLE


def test_a_body_that_is_no_message_is_refused(serve):
    model = Echo()
    _, client = serve(model, inference=Inference(model, settings()))
    for rpc in ("ModelInfer", "ModelReady", "ModelMetadata"):
        code, details = failure(client.channel.unary_unary(f"/{SERVICE}/{rpc}"), b"\xff\xff")
        assert code == grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith(f"the request is no inference.{rpc}Request")


def test_the_service_of_v2_stands_beside_those_of_seldon(serve):
    model = Echo()
    _, client = serve(model, inference=Inference(model, settings()))
    eventually(lambda: client.check(SERVICE) == SERVING, "the health service knows V2")
    assert client.check("seldon.protos.Model") == SERVING
    found = ProtoReflectionDescriptorDatabase(client.channel)
    assert {SERVICE, "seldon.protos.Model"} <= set(found.get_services())
    service = descriptor_pool.DescriptorPool(found).FindServiceByName(SERVICE)
    for method in service.methods:  # every RPC that is described is there
        code = failure(client.channel.unary_unary(f"/{SERVICE}/{method.name}"), b"\xff\xff")[0]
        assert code == grpc.StatusCode.INVALID_ARGUMENT, method.name
    assert failure(client.channel.unary_unary(f"/{SERVICE}/ModelConfig"), b"")[0] == grpc.StatusCode.UNIMPLEMENTED


def test_without_seldons_protocol_only_that_of_v2_is_there(serve):
    model = Echo()
    _, client = serve(model, inference=Inference(model, settings()), with_seldon=False)
    eventually(lambda: client.check(SERVICE) == SERVING, "the health service knows V2")
    assert failure(client.channel.unary_unary("/seldon.protos.Model/Predict"), b"")[0] == grpc.StatusCode.UNIMPLEMENTED


def test_without_v2_its_service_is_not_there(serve):
    _, client = serve(Echo())
    assert failure(client.channel.unary_unary(f"/{SERVICE}/ServerLive"), b"")[0] == grpc.StatusCode.UNIMPLEMENTED
