"""SIGTERM: for DRAIN_SECONDS the server says that it ends, and serves as before. Then it ends as without a drain."""

import socket

import pytest
from support.grpc_client import NOT_SERVING, Client
from support.raw_http import post
from support.server import RUNTIME, Server, free_port
from support.waiting import eventually

MODES = pytest.mark.parametrize("mode", ["separate", "inline"])
LONG = {"DRAIN_SECONDS": 3600, "GRACE_PERIOD_SECONDS": 7200}
MODEL = """
import os, time

def wait_for(name):
    while not os.path.exists(name):
        time.sleep(0.01)

class Waiting(object):
    def load(self):
        open("loading", "w").close()
        wait_for("loaded")

    def predict(self, X, names):
        if X == "wait":
            open("begun", "w").close()
            wait_for("allowed")
        if X == "crash":
            os._exit(1)
        return X

    def init_metadata(self):
        return {"versions": ["1"]}
"""
V2_REQUEST = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 1], "data": [1.5]}]}
# path -> its status while the server drains
PROBES = {"/live": 200, "/health/ping": 200, "/v2/health/live": 200, "/ready": 503, "/v2/health/ready": 503,
          "/v2/models/Waiting/ready": 503, "/v2/models/Waiting/versions/1/ready": 503, "/v1/models/Waiting": 503}


class Draining(Server):
    def __init__(self, folder, **variables):
        (folder / "Waiting.py").write_text(MODEL)
        self.http_port, self.grpc_port = free_port(), free_port()
        ports = {"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": self.http_port, "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": self.grpc_port}
        super().__init__(folder, folder, (*RUNTIME, "Waiting"), **{**ports, **variables})
        self.url = f"http://127.0.0.1:{self.http_port}"

    def loaded(self):
        (self.folder / "loaded").touch()
        return self.wait_until_ready()

    def drained(self):
        """Send the first signal, and wait until it drains."""
        self.terminate()
        eventually(lambda: "draining for" in self.log, "the drain began")
        return self


@pytest.fixture
def start(tmp_path):
    """A function: variables -> the running server, which loads its class."""
    servers = []

    def start(**variables):
        servers.append(Draining(tmp_path, **variables).start())
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@MODES
def test_a_server_that_drains_serves_and_says_that_it_ends(start, mode):
    server = start(MODEL_PROCESS=mode, **LONG).loaded()
    watching = Client(server.grpc_port)
    seen = watching.watch()
    next(seen)
    server.drained()
    assert next(seen) == NOT_SERVING
    client = Client(server.grpc_port)
    assert {client.check(service) for service in ("", "seldon.protos.Model", "inference.GRPCInferenceService")} == {NOT_SERVING}
    assert {path: server.status(path) for path in PROBES} == PROBES
    assert server.get("/ready").json()["status"]["info"] == "the server is shutting down"
    for one in (client, watching):
        assert one.predict(strData="x").strData == "x"
    found = server.predict({"strData": "x"})
    assert (found.json()["strData"], found.headers["Connection"]) == ("x", "close")
    found = server.post("/v2/models/Waiting/versions/1/infer", V2_REQUEST)
    assert found.status_code == 200, found.text
    server.terminate()
    assert server.exit_code() == 0


@MODES
def test_the_drain_ends_by_itself(start, mode):
    server = start(MODEL_PROCESS=mode, DRAIN_SECONDS=0.3).loaded()
    assert server.stop() == 0
    assert "draining for 0.3 s" in server.log


@MODES
def test_without_drain_seconds_the_port_closes_at_once(start, mode):
    server = start(MODEL_PROCESS=mode).loaded()
    assert server.stop() == 0
    assert "draining" not in server.log


def test_grpc_alone_drains_too(start):
    server = start(API_TYPE="GRPC", PREDICTIVE_UNIT_HTTP_SERVICE_PORT="", **LONG)
    (server.folder / "loaded").touch()
    client = Client(server.grpc_port)
    client.predict(strData="x")
    server.drained()
    eventually(lambda: client.check() == NOT_SERVING, "the health service said it")
    assert Client(server.grpc_port).predict(strData="x").strData == "x"
    server.terminate()
    assert server.exit_code() == 0


@pytest.mark.parametrize("listen", ["loaded", "at-once"])
@MODES
def test_a_server_that_still_loads_does_not_drain(start, mode, listen):
    server = start(MODEL_PROCESS=mode, LISTEN=listen, **{**LONG, "GRACE_PERIOD_SECONDS": 3601})
    eventually((server.folder / "loading").exists, "the class was loading")
    server.terminate()
    eventually(lambda: "shutting down" in server.log, "the server began to stop")
    (server.folder / "loaded").touch()
    assert server.exit_code() == 0
    assert "draining" not in server.log


@MODES
def test_a_class_that_hangs_delays_the_end_for_the_grace_period_alone(start, mode):
    server = start(MODEL_PROCESS=mode, DRAIN_SECONDS=0.2, GRACE_PERIOD_SECONDS=1).loaded()
    with socket.create_connection(("127.0.0.1", server.http_port)) as client:
        client.sendall(post("/predict", b'{"strData":"wait"}'))
        eventually((server.folder / "begun").exists, "the class hung")
        assert server.stop() == 0


def test_a_crash_while_it_drains_fails_one_request_and_the_rest_goes_on(start):
    server = start(**LONG).loaded().drained()
    assert server.predict({"strData": "crash"}).status_code == 500
    assert server.predict({"strData": "x"}).json()["strData"] == "x"
    assert server.status("/ready") == 503
    server.terminate()
    assert server.exit_code() == 0


def test_a_class_that_cannot_be_started_again_ends_the_drain(start):
    server = start(RESTART_LIMIT=0, ON_CRASH_LOOP="exit", **LONG).loaded().drained()
    assert server.predict({"strData": "crash"}).status_code == 500
    assert server.exit_code() == 18


@MODES
def test_requests_in_flight_at_the_end_of_the_drain_are_served(start, mode):
    server = start(MODEL_PROCESS=mode, **LONG).loaded()
    first = server.begin_to_predict({"strData": "wait"})
    eventually((server.folder / "begun").exists, "the class was at work")
    server.drained()
    second = server.begin_to_predict({"strData": "later"})
    eventually(lambda: waiting(server) == 1, "the second one waited")
    server.terminate()
    eventually(lambda: "shutting down" in server.log, "the drain ended")
    (server.folder / "allowed").touch()
    assert [found().json()["strData"] for found in (first, second)] == ["wait", "later"]
    assert server.exit_code() == 0


def waiting(server):
    """How many requests wait, as the metrics say it."""
    lines = server.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith("seldon_api_model_requests_waiting"))
