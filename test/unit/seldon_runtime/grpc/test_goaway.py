"""seldon_runtime.grpc.goaway: the clients leave before the server stops, so that no call is lost."""

import contextlib
import socket
import threading
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from seldon_runtime.grpc import goaway
from support.generated import pb2, pb2_grpc
from support.grpc_client import LIMIT, Client
from support.stub_model import Pending
from support.waiting import eventually, in_background


@pytest.fixture
def leave(monkeypatch):
    """A function: a Client -> what waits until the clients of its server have left."""
    monkeypatch.setattr(goaway, "_LONGEST", float(LIMIT))

    def begin_to_leave(client):
        def wait():
            goaway.let_clients_leave(client.port, LIMIT)
            return True
        return in_background(wait)

    return begin_to_leave


def begin(client, text):
    return pb2_grpc.ModelStub(client.channel).Predict.future(pb2.SeldonMessage(strData=text), timeout=LIMIT)


def is_refused(client):
    """Whether the client begins no more calls on its connection, and gets no other one."""
    stub: Any = health_pb2_grpc.HealthStub(client.channel)  # its types leave out the methods
    try:
        stub.Check(health_pb2.HealthCheckRequest(), timeout=LIMIT)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAVAILABLE
        return True
    return False


class Relay:
    """Stands between a client and a server. The client reads nothing while `is_open` is not set."""

    def __init__(self, port):
        self.is_open = threading.Event()
        self.is_open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._server = port
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with self._listener, self._listener.accept()[0] as client:
            with socket.create_connection(("127.0.0.1", self._server)) as server:
                back = threading.Thread(target=self._copy, args=(server, client, self.is_open), daemon=True)
                back.start()
                always = threading.Event()
                always.set()
                self._copy(client, server, always)
                back.join()

    def _copy(self, source, target, allowed):
        while data := source.recv(65536):
            allowed.wait()
            target.sendall(data)
        with contextlib.suppress(OSError):  # the other side has closed it
            target.shutdown(socket.SHUT_WR)


def test_a_call_that_begins_before_its_client_reads_the_goaway_is_served(serve, monkeypatch):
    monkeypatch.setattr(goaway, "_LONGEST", float(LIMIT))
    model = Pending()
    server, direct = serve(model)
    relay = Relay(direct.port)
    client = Client(relay.port)
    client.check()
    relay.is_open.clear()
    stopped = in_background(lambda: server.stop(2 * LIMIT))
    eventually(lambda: is_refused(direct), "the stop began")
    response = begin(client, "crossing")
    assert model.respond_to_next() == "crossing"
    relay.is_open.set()
    assert response.result(LIMIT).strData == "crossing"
    assert stopped() is True
    client.channel.close()


def test_a_client_leaves_with_its_response_and_begins_no_call(serve, leave):
    model = Pending()
    _, client = serve(model)
    first = begin(client, "first")
    eventually(lambda: model.pending.qsize() == 1, "the model had the request")
    left = leave(client)
    eventually(lambda: is_refused(client), "the client was told")
    assert model.respond_to_next() == "first"
    assert first.result(LIMIT).strData == "first"
    assert left()
    assert model.pending.empty()


def test_idle_clients_leave_at_once_and_no_new_one_can_connect(serve, leave):
    _, client = serve(Pending())
    others = [Client(client.port) for _ in range(3)]
    for one in (client, *others):
        one.check()
    assert leave(client)()
    assert all(is_refused(one) for one in (client, *others))
    for one in others:
        one.channel.close()


def test_a_client_that_stays_delays_the_stop_for_a_moment_alone(serve):
    model = Pending()
    _, client = serve(model)
    response = begin(client, "slow")
    eventually(lambda: model.pending.qsize() == 1, "the model had the request")
    goaway.let_clients_leave(client.port, 0.05)
    model.respond_to_next()
    assert response.result(LIMIT).strData == "slow"
