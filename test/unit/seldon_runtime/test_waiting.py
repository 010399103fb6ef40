"""Requests that wait for the class hold no thread of the server, with any settings; and the class computes none that nobody waits for."""

import contextlib
import itertools
import json
import socket
from typing import Any

import grpc
import pytest
from support.generated import pb2, pb2_grpc
from support.server import RUNTIME, Server, free_port
from support.waiting import eventually

WAITING = 200
MODEL = """
import os, time

class Held(object):
    '''Notes what it is asked, and answers once the file `allowed` is there.'''

    def predict(self, X, names):
        with open("asked", "a") as file:
            file.write("".join("%d " % row[0] for row in X))  # of each request in a batch
        while not os.path.exists("allowed"):
            time.sleep(0.005)
        return X
"""
CONFIGURATIONS = {
    "separate": {},
    "inline": {"MODEL_PROCESS": "inline"},
    "workers": {"MODEL_WORKERS": "2"},
    "batches": {"BATCH_MAX_SIZE": "8"},
    "time limit": {"REST_TIMEOUT_MS": "60000"},
    "all three": {"MODEL_WORKERS": "2", "BATCH_MAX_SIZE": "8", "REST_TIMEOUT_MS": "60000"},
    "inline, batches, time limit": {"MODEL_PROCESS": "inline", "BATCH_MAX_SIZE": "8", "REST_TIMEOUT_MS": "60000"},
}
each_configuration = pytest.mark.parametrize("configuration", CONFIGURATIONS.values(), ids=CONFIGURATIONS, scope="module")


class Serving(Server):
    """A server with two threads for both APIs. grpc_port: that of gRPC."""

    def __init__(self, folder, configuration):
        (folder / "Held.py").write_text(MODEL)
        self.grpc_port, self._numbers = free_port(), itertools.count(1)
        ports: dict[str, Any] = {"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": 0, "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": self.grpc_port}
        limits: dict[str, Any] = {"SERVER_THREADS": 2, "GRACE_PERIOD_SECONDS": 0, "MAX_WAITING": WAITING}
        super().__init__(folder, folder, (*RUNTIME, "Held"), **limits, **ports, **configuration)
        self._processes = int(configuration.get("MODEL_WORKERS", 1))
        self._blockers: list[tuple[int, socket.socket]] = []
        self.variables["PREDICTIVE_UNIT_HTTP_SERVICE_PORT"] = self.port

    def begin(self):
        """(number, connection) of a request that is sent and not answered yet."""
        number, connection = next(self._numbers), socket.create_connection(("127.0.0.1", self.port))
        body = json.dumps({"data": {"ndarray": [[number]]}})
        head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall((head + body).encode())
        return number, connection

    def begin_to_block(self):
        """Have the class hold a request in each process. None waits then."""
        self._blockers.clear()
        while len(self._blockers) < self._processes:
            self._blockers.append(self.begin())
            eventually(lambda: len(self.asked()) == len(self._blockers), "the class held the request")

    def end_to_block(self):
        (self.folder / "allowed").touch()
        for number, connection in self._blockers:
            assert answer_of(connection) == number

    def asked(self):
        """The numbers of the requests that reached the class, in their order."""
        with contextlib.suppress(FileNotFoundError):
            return [int(word) for word in (self.folder / "asked").read_text().split()]
        return []

    def waiting(self):
        """How many requests the class has not begun, by the server's own metric."""
        lines = self.get("/metrics").text.splitlines()
        [line] = [line for line in lines if line.startswith("seldon_api_model_requests_waiting")]
        return int(float(line.rpartition(" ")[2]))

    def forget(self):
        """From now on, the class holds what it is asked, as in a new server."""
        for name in ("allowed", "asked"):
            (self.folder / name).unlink(missing_ok=True)

    def allow(self):
        """The class answers every request."""
        (self.folder / "allowed").touch()
        eventually(lambda: self.waiting() == 0, "no request waited")


@pytest.fixture(scope="module")
def server(configuration, tmp_path_factory):
    """One for all tests of a configuration: each of them leaves it without requests."""
    server = Serving(tmp_path_factory.mktemp("waiting"), configuration)
    try:
        yield server.start().wait_until_ready()
    finally:
        server.stop()


@pytest.fixture
def serving(server):
    server.forget()
    yield server
    server.allow()


def answer_of(connection):
    """The number in a response."""
    connection.settimeout(60)
    head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    return json.loads(body)["data"]["ndarray"][0][0]


@each_configuration
def test_many_waiting_requests_leave_the_two_threads_free(serving):
    begun = [serving.begin() for _ in range(WAITING)]
    eventually(serving.asked, "the class was busy")
    for _ in range(20):
        assert serving.status("/live") == 200
    (serving.folder / "allowed").touch()
    assert [answer_of(connection) for _, connection in begun] == [number for number, _ in begun]


@each_configuration
def test_one_request_more_than_may_wait_is_refused_over_both_apis(serving):
    with grpc.insecure_channel(f"127.0.0.1:{serving.grpc_port}") as channel:
        serving.begin_to_block()
        begun = [serving.begin() for _ in range(WAITING)]
        eventually(lambda: serving.waiting() == WAITING, "as many as may waited")
        refused = serving.predict({"data": {"ndarray": [[-1]]}})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert refused.json()["status"]["reason"] == "MICROSERVICE_OVERLOADED"
        with pytest.raises(grpc.RpcError) as error:
            pb2_grpc.ModelStub(channel).Predict(pb2.SeldonMessage(strData="x"), timeout=60)
        assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "MAX_WAITING" in str(error.value.details())
        assert [serving.status(path) for path in ("/live", "/ready", "/health/ping")] == [200] * 3
        serving.end_to_block()
        assert [answer_of(connection) for _, connection in begun] == [number for number, _ in begun]
    assert -1 not in serving.asked()


@each_configuration
def test_a_request_whose_rest_client_has_gone_never_reaches_the_class(serving):
    serving.begin_to_block()
    gone = [serving.begin() for _ in range(20)]
    eventually(lambda: serving.waiting() == 20, "all requests waited")
    for _, connection in gone:
        connection.close()
    eventually(lambda: serving.waiting() == 0, "the server knew that the clients had gone")
    serving.end_to_block()
    assert not {number for number, _ in gone} & set(serving.asked())


@each_configuration
def test_a_request_whose_grpc_client_has_gone_never_reaches_the_class(serving):
    serving.begin_to_block()
    with grpc.insecure_channel(f"127.0.0.1:{serving.grpc_port}") as channel:
        stub = pb2_grpc.ModelStub(channel)
        messages = [
            pb2.SeldonMessage(data=pb2.DefaultData(tensor=pb2.Tensor(shape=[1, 1], values=[number])))
            for number in range(1001, 1021)
        ]
        calls = [stub.Predict.future(message, wait_for_ready=True) for message in messages]
        eventually(lambda: serving.waiting() == 20, "all requests waited")
        for call in calls:
            call.cancel()
        eventually(lambda: serving.waiting() == 0, "the server knew that the clients had gone")
    serving.end_to_block()
    assert not [number for number in serving.asked() if number > 1000]
