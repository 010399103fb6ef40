"""Every RPC is counted by its full name and its code, also one that there is not."""

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families as read_text
from seldon_component.payload import Payload
from seldon_runtime.errors import overloaded
from seldon_runtime.metrics import Metrics
from seldon_runtime.operations.telemetry import Telemetry
from seldon_runtime.v2.inference import Inference
from support.grpc_client import MEGABYTE
from support.stub_model import StubModel, settings
from support.waiting import eventually


def served(metrics):
    return {(sample.labels["route"], sample.labels["code"]): sample.value
            for family in read_text(metrics.expose("")[0].decode()) for sample in family.samples
            if sample.name == "seldon_api_server_requests_total"}  # fmt: skip


def invoke(client, path, body=b""):
    try:
        client.channel.unary_unary(path)(body, wait_for_ready=True, timeout=60)
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def await_counts(metrics, expected):
    eventually(lambda: served(metrics) == expected, lambda: str(served(metrics)))


@pytest.mark.parametrize(
    ("path", "body", "code", "route"),
    [
        ("/seldon.protos.Model/Predict", b"", "OK", None),
        ("/seldon.protos.Seldon/Predict", b"\xff", "INVALID_ARGUMENT", None),
        ("/seldon.protos.Router/Route", b"", "RESOURCE_EXHAUSTED", None),
        ("/seldon.protos.Model/Metadata", b"", "OK", None),
        ("/inference.GRPCInferenceService/ModelReady", b"", "NOT_FOUND", None),
        ("/seldon.protos.Model/SendFeedback", b"x" * 2 * MEGABYTE, "RESOURCE_EXHAUSTED", None),
        ("/seldon.protos.Model/Nothing", b"", "UNIMPLEMENTED", "other"),
        ("/no.such.Service/Predict", b"", "UNIMPLEMENTED", "other"),
    ],
)
def test_an_rpc_counts_under_its_name_and_its_code(serve, path, body, code, route):
    metrics, model = Metrics(settings()), StubModel({"predict": Payload("strData", "x"), "route": overloaded(1)})
    _, client = serve(model, telemetry=Telemetry(settings(), metrics), inference=Inference(model, settings()))
    for number in (1, 2):
        assert invoke(client, path, body) == code
        await_counts(metrics, {(route or path, code): number})


@pytest.mark.parametrize("path", ["/grpc.health.v1.Health/Check", "/inference.GRPCInferenceService/ServerReady"])
def test_probes_are_not_counted(serve, path):
    metrics, model = Metrics(settings()), StubModel()
    _, client = serve(model, telemetry=Telemetry(settings(), metrics), inference=Inference(model, settings()))
    assert invoke(client, path) == "OK"
    assert invoke(client, "/no.such.Service/Predict") == "UNIMPLEMENTED"  # so that the one before has been counted
    await_counts(metrics, {("other", "UNIMPLEMENTED"): 1})
