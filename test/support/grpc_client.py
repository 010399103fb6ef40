"""A client of the gRPC services, by the generated stubs of an old client and those of the health service."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from support.generated import pb2, pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
LIMIT = 60  # seconds; only a failing test waits for so long
MEGABYTE = 2**20


class Client:
    """A client of one server. `call(service, rpc, message)` returns the response."""

    def __init__(self, port, *options):
        self.port = port
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{port}",
            options=[("grpc.max_receive_message_length", -1), ("grpc.use_local_subchannel_pool", 1), *options],
        )
        self._health: Any = health_pb2_grpc.HealthStub(self.channel)  # its types leave out the methods

    def call(self, service, rpc, message):
        stub = getattr(pb2_grpc, f"{service}Stub")(self.channel)
        return getattr(stub, rpc)(message, timeout=LIMIT, wait_for_ready=True)

    def predict(self, **fields):
        return self.call("Model", "Predict", pb2.SeldonMessage(**fields))

    def check(self, service=""):
        request = health_pb2.HealthCheckRequest(service=service)
        return self._health.Check(request, timeout=LIMIT, wait_for_ready=True).status

    def watch(self):
        answers = self._health.Watch(health_pb2.HealthCheckRequest(), timeout=LIMIT, wait_for_ready=True)
        return (answer.status for answer in answers)


def begin(client, text):
    """The future of a prediction."""
    return pb2_grpc.ModelStub(client.channel).Predict.future(
        pb2.SeldonMessage(strData=text), timeout=LIMIT, wait_for_ready=True
    )


def failure(client, **fields):
    """The code and the details of a prediction that fails."""
    with pytest.raises(grpc.RpcError) as error:
        client.predict(**fields)
    return error.value.code(), error.value.details()
