"""seldon_runtime.grpc.server: its port, its limits for connections, its stop, and the reflection of its services."""

import socket
import struct
import threading

import grpc
import pytest
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from seldon_runtime.errors import PortTaken
from seldon_runtime.grpc.server import GrpcServer
from seldon_runtime.grpc.services import SERVICES
from support.grpc_client import LIMIT, MEGABYTE, NOT_SERVING, SERVING, Client, begin
from support.server import accepts, free_port
from support.stub_model import Pending, StubModel
from support.waiting import eventually


def test_the_error_for_a_taken_port_names_it():
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} cannot be listened on"):
            GrpcServer(StubModel(), port, 1, MEGABYTE)


def test_a_port_that_was_taken_after_the_beginning_is_named_at_the_start():
    port = free_port()
    server = GrpcServer(StubModel(), port, 1, MEGABYTE)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("0.0.0.0", port))
        other.listen()
        with pytest.raises(PortTaken, match=f"port {port} cannot be listened on"):
            server.start()
    server.stop(0)


@pytest.mark.parametrize(
    ("host", "found"), [("::", (True, True)), ("0.0.0.0", (True, False)), ("::1", (False, True))]
)
def test_a_server_listens_on_the_addresses_of_its_host(host, found):
    server = GrpcServer(StubModel(), port := free_port(), 1, MEGABYTE, host=host)
    server.start()
    assert (accepts("127.0.0.1", port), accepts("::1", port)) == found
    server.stop(0)


def test_reflection_describes_every_service_and_message(serve):
    _, client = serve(StubModel())
    eventually(lambda: client.check() == SERVING, "the server is up")
    found = ProtoReflectionDescriptorDatabase(client.channel)
    services = set(found.get_services())
    assert services == {f"seldon.protos.{name}" for name in SERVICES} | {
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    pool = descriptor_pool.DescriptorPool(found)
    for service in services:
        assert pool.FindServiceByName(service).methods
    assert pool.FindMessageTypeByName("seldon.protos.SeldonMessage").fields_by_name["customData"].number == 7


def test_one_connection_may_open_ten_thousand_calls_at_a_time(serve):
    """The settings of HTTP/2 say so, and grpcio refuses more. Each takes 20 KB, and is opened in 160 bytes."""
    _, client = serve(StubModel())
    with socket.create_connection(("127.0.0.1", client.port), timeout=LIMIT) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        head = connection.recv(9, socket.MSG_WAITALL)
        found = connection.recv(int.from_bytes(head[:3]), socket.MSG_WAITALL)
    most_streams = 3  # the number of the setting (RFC 9113, section 6.5.2)
    assert dict(struct.iter_unpack(">HI", found))[most_streams] == 10_000


def test_more_than_a_thousand_calls_at_once_are_all_answered(serve):
    """grpcio's own limits would cancel some of them."""
    model = Pending()
    _, client = serve(model)
    calls = [begin(client, str(number)) for number in range(3000)]
    for _ in calls:
        model.respond_to_next()
    assert [call.result(LIMIT).strData for call in calls] == [str(number) for number in range(3000)]


def test_a_client_that_waits_long_may_ping_meanwhile(serve):
    model = Pending()
    _, client = serve(model)
    eager = Client(client.port, ("grpc.keepalive_time_ms", 1000), ("grpc.http2.max_pings_without_data", 0))
    with eager.channel:
        call = begin(eager, "late")
        request, on_answer = model.next()
        with pytest.raises(grpc.FutureTimeoutError):
            call.result(timeout=6)
        on_answer(request.content, None)
        assert call.result(LIMIT).strData == "late"


def test_stop_completes_a_request_in_flight_and_ends_each_watch(serve):
    model = Pending()
    server, client = serve(model)
    seen = client.watch()
    assert next(seen) == SERVING
    response = begin(client, "done")
    request, on_answer = model.next()
    stopped = []
    stopping = threading.Thread(target=lambda: stopped.append(server.stop(LIMIT)))
    stopping.start()
    assert list(seen) == [NOT_SERVING]
    on_answer(request.content, None)
    assert response.result(LIMIT).strData == "done"
    stopping.join(LIMIT)
    assert stopped == [True]


def test_a_request_that_outlives_the_grace_period_is_cancelled(serve):
    model = Pending()
    server, client = serve(model)
    response = begin(client, "late")
    model.next()
    assert server.stop(0.05) is False
    assert response.exception(LIMIT).code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
