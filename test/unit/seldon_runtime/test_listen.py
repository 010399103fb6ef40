"""When the ports open: LISTEN, in both process modes and for both APIs."""

import socket

import pytest
from support.server import RUNTIME, Server, accepts, free_port
from support.waiting import eventually

MODEL = """
import os, time

class Gated(object):
    def load(self):
        open("loading", "w").close()
        while not os.path.exists("gate"):
            time.sleep(0.01)
        if os.path.getsize("gate"):
            raise ValueError("no model")

    def predict(self, X, names):
        if X == "crash":
            os._exit(1)
        return X
"""
APIS = pytest.mark.parametrize("api", ["REST", "GRPC"])
MODES = pytest.mark.parametrize("mode", ["separate", "inline"])


@pytest.fixture
def run(tmp_path):
    """A function: variables -> a Server of the model above, whose class is being loaded."""
    (tmp_path / "Gated.py").write_text(MODEL)
    servers: list[Server] = []

    def start(**variables):
        scratch = tmp_path / f"server{len(servers)}"
        servers.append(Server(tmp_path, scratch, (*RUNTIME, "Gated"), **variables).start())
        eventually((tmp_path / "loading").exists, "the class was being loaded")
        return servers[-1]

    yield start
    (tmp_path / "gate").touch()
    for server in servers:
        server.stop()


def is_reserved(port):
    """Whether somebody has the port, listening or not."""
    with socket.socket() as other:
        try:
            other.bind(("0.0.0.0", port))
        except OSError:
            return True
    return False


@APIS
@MODES
def test_a_port_opens_once_the_class_is_loaded(mode, api, run, tmp_path):
    server = run(API_TYPE=api, MODEL_PROCESS=mode)
    eventually(lambda: is_reserved(server.port), "the port was reserved")
    assert not accepts("127.0.0.1", server.port)
    assert f"{api} on port" not in server.log
    (tmp_path / "gate").touch()
    eventually(lambda: accepts("127.0.0.1", server.port), "the port was open")
    eventually(lambda: f"{api} on port {server.port}" in server.log, "the log said so")
    assert server.stop() == 0


@MODES
def test_both_ports_open_together(mode, run, tmp_path):
    rpc = free_port()
    server = run(API_TYPE="REST,GRPC", MODEL_PROCESS=mode, PREDICTIVE_UNIT_GRPC_SERVICE_PORT=rpc)
    eventually(lambda: is_reserved(server.port) and is_reserved(rpc), "the ports were reserved")
    assert not accepts("127.0.0.1", rpc)
    (tmp_path / "gate").touch()
    server.wait_until_ready()
    assert accepts("127.0.0.1", rpc)


@APIS
@MODES
def test_a_load_that_fails_never_opens_the_port(mode, api, run, tmp_path):
    server = run(API_TYPE=api, MODEL_PROCESS=mode)
    (tmp_path / "gate").write_text("fail")
    assert server.exit_code() == 16
    assert f"{api} on port" not in server.log and "ValueError: no model" in server.log


@MODES
def test_a_stop_ends_a_load(mode, run):
    server = run(MODEL_PROCESS=mode)
    eventually(lambda: is_reserved(server.port), "the port was reserved")
    assert server.stop() == 0
    assert "on port" not in server.log


@MODES
def test_at_once_a_server_lives_before_it_is_ready(mode, run, tmp_path):
    server = run(LISTEN="at-once", MODEL_PROCESS=mode)
    eventually(lambda: server.status("/live") == 200, "the server lived")
    assert (server.status("/ready"), server.predict({"strData": "x"}).status_code) == (503, 503)
    (tmp_path / "gate").touch()
    assert server.wait_until_ready().predict({"strData": "x"}).json()["strData"] == "x"


def test_a_restart_keeps_the_port(run, tmp_path):
    (tmp_path / "gate").touch()
    server = run().wait_until_ready()
    (tmp_path / "gate").unlink()
    assert server.predict({"strData": "crash"}).status_code == 500
    assert (server.status("/live"), server.status("/ready")) == (200, 503)
    (tmp_path / "gate").touch()
    server.wait_until_ready()


@APIS
def test_of_two_servers_that_load_for_one_port_one_ends_with_19(api, run, tmp_path):
    port = free_port()
    servers = [run(API_TYPE=api, PREDICTIVE_UNIT_SERVICE_PORT=port) for _ in range(2)]
    (tmp_path / "gate").touch()
    eventually(lambda: not all(server.runs for server in servers), "one of them had ended")
    ended = next(server for server in servers if not server.runs)
    assert ended.exit_code() == 19
    assert f"port {port} cannot be listened on" in ended.errors and "Traceback" not in ended.errors
    eventually(lambda: accepts("127.0.0.1", port), "the other one listened")
