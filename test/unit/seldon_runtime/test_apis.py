"""The whole server: its APIs and their ports in front of one component, and its end."""

import signal
import socket
import threading

import grpc
import pytest
import requests
from support.grpc_client import NOT_SERVING, SERVING, Client
from support.server import RUNTIME, Server, accepts, free_port
from support.waiting import eventually, in_background

MODEL = """
import atexit, os, time

class Swept(object):
    def __del__(self):
        os.close(os.open("swept", os.O_CREAT))

atexit.register(lambda: os.close(os.open("exit-handler-called", os.O_CREAT)))
swept = Swept()

class Counter(object):
    '''Counts its calls; waits or crashes if the request says so.'''
    calls = 0

    def predict(self, X, names, meta):
        self.calls += 1
        if X == "crash":
            os._exit(1)
        if X == "wait":
            open("begun", "w").close()
            while not os.path.exists("allowed"):
                time.sleep(0.01)
        return "call %d of process %d" % (self.calls, os.getpid())

    def transform_input_raw(self, msg):
        return {"strData": "teapot", "status": {"code": 418, "info": "short and stout", "status": 1}}
"""


class Process(Server):
    """A server of the model above."""

    def __init__(self, folder, **variables):
        (folder / "Counter.py").write_text(MODEL)
        super().__init__(folder, folder, (*RUNTIME, "Counter"), **variables)
        self.start()

    def responds(self, port, path="/ready"):
        try:
            return requests.get(f"http://127.0.0.1:{port}{path}", timeout=60).status_code == 200
        except requests.ConnectionError:
            assert self.runs, self.log
            return False


@pytest.fixture
def run(tmp_path):
    """A function: variables -> the running Process."""
    processes = []

    def start(**variables):
        processes.append(Process(tmp_path, **variables))
        return processes[-1]

    yield start
    for process in processes:
        (tmp_path / "allowed").touch()
        process.stop()


MODES = pytest.mark.parametrize("mode", ["separate", "inline"])


def post(port, text):
    return requests.post(f"http://127.0.0.1:{port}/predict", json={"strData": text}, timeout=60)


@MODES
def test_both_apis_serve_one_component(run, mode):
    http, rpc = free_port(), free_port()
    process = run(
        MODEL_PROCESS=mode, PREDICTIVE_UNIT_HTTP_SERVICE_PORT=str(http), PREDICTIVE_UNIT_GRPC_SERVICE_PORT=str(rpc)
    )
    eventually(lambda: process.responds(http), "REST was ready")
    client = Client(rpc)
    responses = [
        post(http, "x").json()["strData"],
        client.predict(strData="x").strData,
        post(http, "x").json()["strData"],
    ]
    assert [response.split()[1] for response in responses] == ["1", "2", "3"]
    assert client.check() == SERVING
    assert process.stop() == 0


@MODES
def test_grpc_alone_uses_the_one_port_and_there_is_no_http(run, mode):
    port = free_port()
    process = run(API_TYPE="GRPC", MODEL_PROCESS=mode, PREDICTIVE_UNIT_SERVICE_PORT=str(port))
    client = Client(port)
    assert SERVING in client.watch()
    assert client.predict(strData="x").strData.startswith("call 1 ")
    assert "REST on port" not in process.log
    assert process.stop() == 0


@pytest.mark.parametrize("api", ["REST", "GRPC"])
def test_a_port_that_is_taken_ends_with_19_and_one_line(run, api):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = run(API_TYPE=api, PREDICTIVE_UNIT_SERVICE_PORT=port)
        assert process.process.wait(60) == 19
    assert [line for line in process.log.splitlines() if line.startswith(f"port {port} cannot be listened on")]
    assert "Traceback" not in process.log


def test_both_apis_listen_on_the_address_of_host(run):
    http, rpc = free_port(), free_port()
    process = run(HOST="127.0.0.1", PREDICTIVE_UNIT_HTTP_SERVICE_PORT=http, PREDICTIVE_UNIT_GRPC_SERVICE_PORT=rpc)
    eventually(lambda: process.responds(http), "REST was ready")
    assert [(accepts("127.0.0.1", port), accepts("::1", port)) for port in (http, rpc)] == [(True, False)] * 2
    assert process.stop() == 0


def test_an_address_of_another_machine_ends_with_10_and_one_line(run):
    process = run(HOST="192.0.2.1", PREDICTIVE_UNIT_SERVICE_PORT=str(free_port()))
    assert process.process.wait(60) == 10
    assert process.log.splitlines()[-1] == (
        "HOST: expected an address of this machine, found '192.0.2.1'; "
        "use :: for all of its addresses, or 0.0.0.0 for those of IPv4"
    )
    assert "Traceback" not in process.log


def test_a_watcher_is_told_of_a_crash_and_of_the_restart(run):
    port = free_port()
    run(API_TYPE="GRPC", PREDICTIVE_UNIT_SERVICE_PORT=str(port))
    client = Client(port)
    seen = client.watch()
    assert SERVING in seen
    with pytest.raises(grpc.RpcError) as error:
        client.predict(strData="crash")
    assert error.value.code() == grpc.StatusCode.INTERNAL
    assert (next(seen), next(seen)) == (NOT_SERVING, SERVING)
    assert client.predict(strData="x").strData.startswith("call 1 ")


@MODES
def test_sigterm_calls_the_classes_exit_handlers(run, mode):
    port = free_port()
    process = run(MODEL_PROCESS=mode, PREDICTIVE_UNIT_SERVICE_PORT=str(port))
    eventually(lambda: process.responds(port), "REST was ready")
    assert process.stop() == 0
    assert (process.folder / "exit-handler-called").exists()


def test_the_server_ends_before_the_interpreters_clean_up(run):
    port = free_port()
    process = run(MODEL_PROCESS="inline", PREDICTIVE_UNIT_SERVICE_PORT=str(port))
    eventually(lambda: process.responds(port), "REST was ready")
    assert process.stop() == 0
    assert not (process.folder / "swept").exists()


@pytest.mark.parametrize("api", ["REST", "GRPC"])
def test_sigterm_lets_a_request_in_flight_finish(run, api):
    port = free_port()
    process = run(API_TYPE=api, PREDICTIVE_UNIT_SERVICE_PORT=str(port))
    client = Client(port)
    if api == "GRPC":
        assert SERVING in client.watch()
    else:
        eventually(lambda: process.responds(port), "REST was ready")
    responses = []
    sends = {"REST": lambda: post(port, "wait").json()["strData"], "GRPC": lambda: client.predict(strData="wait").strData}
    sending = threading.Thread(target=lambda: responses.append(sends[api]()))
    sending.start()
    eventually((process.folder / "begun").exists, "the class was at work")
    process.process.send_signal(signal.SIGTERM)
    eventually(lambda: "shutting down" in process.log, "the server began to stop")
    (process.folder / "allowed").touch()
    sending.join(60)
    assert process.stop() == 0
    assert [response.split()[:2] for response in responses] == [["call", "1"]]


def test_sigterm_lets_the_requests_of_all_processes_finish(run):
    port = free_port()
    process = run(MODEL_WORKERS="2", PREDICTIVE_UNIT_SERVICE_PORT=str(port))
    eventually(lambda: process.responds(port), "REST was ready")
    sent = []
    for _ in range(2):
        (process.folder / "begun").unlink(missing_ok=True)
        sent.append(in_background(lambda: post(port, "wait").json()["strData"]))
        eventually((process.folder / "begun").exists, "one more process was at work")
    process.process.send_signal(signal.SIGTERM)
    eventually(lambda: "shutting down" in process.log, "the server began to stop")
    (process.folder / "allowed").touch()
    responses = [result() for result in sent]
    assert process.stop() == 0
    assert [response.split()[:2] for response in responses] == [["call", "1"]] * 2
    assert len(set(responses)) == 2


@MODES
def test_a_late_request_fails_on_either_wire_and_the_component_goes_on(run, mode):
    http, rpc = free_port(), free_port()
    ports = {"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": http, "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": rpc}
    process = run(**ports, MODEL_PROCESS=mode, REST_TIMEOUT_MS="300", GRPC_TIMEOUT_MS="400")
    eventually(lambda: process.responds(http), "REST was ready")
    late = post(http, "wait")
    assert (late.status_code, late.json()["status"]["reason"]) == (504, "MICROSERVICE_TIMEOUT")
    assert late.json()["status"]["info"] == "the component did not answer within 300 ms"
    with pytest.raises(grpc.RpcError) as error:
        Client(rpc).predict(strData="never passed on")
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert error.value.details() == "the component did not answer within 400 ms"
    (process.folder / "allowed").touch()
    response = eventually(lambda: (sent := post(http, "x")).status_code == 200 and sent, "the class was free again")
    assert int(response.json()["strData"].split()[1]) >= 2
    assert process.stop() == 0


def test_the_status_in_a_raw_response_sets_the_http_status(run):
    port = free_port()
    process = run(PREDICTIVE_UNIT_SERVICE_PORT=str(port))
    eventually(lambda: process.responds(port), "REST was ready")
    response = requests.post(f"http://127.0.0.1:{port}/transform-input", json={"strData": "tea"}, timeout=60)
    assert response.status_code == 418
    assert response.json() == {
        "strData": "teapot",
        "meta": {},
        "status": {"code": 418, "info": "short and stout", "status": "FAILURE"},
    }
