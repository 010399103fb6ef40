"""seldon_runtime.grpc.failures: an error has a code, and the info that it has over REST."""

import grpc
import pytest
from seldon_component.errors import BadPayload, CallError, ModelError, NotImplementedByModel, Unavailable
from seldon_component.payload import Payload
from seldon_runtime.errors import ModelCrashed, TimedOut, TooLarge
from seldon_runtime.grpc.failures import STATUS_CODES
from seldon_runtime.rest.error_response import HTTP_STATUS
from support.grpc_client import LIMIT, begin, failure
from support.stub_model import Pending, StubModel


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadPayload("no such field"), grpc.StatusCode.INVALID_ARGUMENT),
        (NotImplementedByModel("no such method"), grpc.StatusCode.UNIMPLEMENTED),
        (Unavailable("loading"), grpc.StatusCode.UNAVAILABLE),
        (TooLarge("too large"), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (TimedOut("too late"), grpc.StatusCode.DEADLINE_EXCEEDED),
        (ModelCrashed("crashed"), grpc.StatusCode.INTERNAL),
        (ModelError("raised é"), grpc.StatusCode.INTERNAL),
        (ModelError("raised", status_code=400, reason="MINE"), grpc.StatusCode.INVALID_ARGUMENT),
        (ModelError("raised", status_code=429), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (ModelError("raised", status_code=418), grpc.StatusCode.INTERNAL),
    ],
)
def test_each_error_has_its_code_and_the_info_of_rest(serve, error, code):
    _, client = serve(StubModel({"predict": error}))
    assert failure(client, strData="x") == (code, str(error))


def test_every_reason_with_a_code_has_an_http_status():
    assert set(STATUS_CODES) <= set(HTTP_STATUS)


def test_only_the_log_has_the_reason_of_a_fault_of_the_server(serve, caplog, monkeypatch):
    def fail(payload):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("seldon_runtime.codec.proto_codec.encode", fail)
    _, client = serve(StubModel({"predict": Payload("strData", "x")}))
    assert failure(client) == (grpc.StatusCode.INTERNAL, "the server failed on this request; its log says why")
    assert "secret" in caplog.text


def test_a_very_long_info_still_arrives(serve):
    _, client = serve(StubModel({"predict": CallError("é" * 100_000)}))
    code, details = failure(client)
    assert (code, details) == (grpc.StatusCode.INTERNAL, "é" * 1000)


def test_a_body_that_is_no_message_is_refused(serve):
    _, client = serve(StubModel())
    call = client.channel.unary_unary("/seldon.protos.Model/Predict")
    with pytest.raises(grpc.RpcError) as error:
        call(b"\xff\xff", timeout=LIMIT, wait_for_ready=True)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    details = error.value.details()
    assert details is not None
    assert details.startswith("the request is no seldon.protos.SeldonMessage")


def test_a_call_without_a_message_is_refused(serve):
    _, client = serve(StubModel())
    call = client.channel.stream_unary("/seldon.protos.Model/Predict")
    with pytest.raises(grpc.RpcError) as error:
        call(iter(()), timeout=LIMIT, wait_for_ready=True)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert error.value.details() == "exactly one request message is required"


def test_a_response_that_cannot_be_encoded_fails_its_request(serve):
    model = Pending()
    _, client = serve(model)
    response = begin(client, "a")
    _, on_answer = model.next()
    on_answer(Payload("strData", "\ud800"), None)
    assert response.exception(LIMIT).code() == grpc.StatusCode.INTERNAL
    assert response.exception(LIMIT).details().startswith("the message cannot be sent over gRPC")
