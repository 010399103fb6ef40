"""A server on a port of its own, and its client."""

import pytest
from seldon_runtime.grpc.server import GrpcServer
from support.grpc_client import MEGABYTE, Client
from support.server import free_port


@pytest.fixture
def serve():
    """A function: a Model -> (a GrpcServer for it, a client of this server)."""
    started = []

    def start(model, **more):
        port = free_port()
        server = GrpcServer(model, port, **{"threads": 4, "max_message_bytes": MEGABYTE, **more})
        server.start()
        client = Client(port)
        started.append((server, client))
        return server, client

    yield start
    for server, client in started:
        client.channel.close()
        server.stop(0)
