"""The port for metrics alone: the operator's variables, any API, from the start to the end."""

import re
import socket

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families as read_text
from support.grpc_client import SERVING, Client
from support.server import RUNTIME, Server, free_port
from support.waiting import eventually

MODEL = """
import os, time

class Slow(object):
    def load(self):
        while os.path.exists("loading"):
            time.sleep(0.01)

    def predict(self, X, names):
        return X
"""
MODES = pytest.mark.parametrize("mode", ["separate", "inline"])


class Process(Server):
    """A server with a port for metrics. metrics_url: of that port."""

    def __init__(self, folder, **variables):
        (folder / "Slow.py").write_text(MODEL)
        self.metrics_port = free_port()
        self.metrics_url = f"http://127.0.0.1:{self.metrics_port}"
        given = {"PREDICTIVE_UNIT_METRICS_SERVICE_PORT": self.metrics_port, **variables}
        super().__init__(folder, folder, (*RUNTIME, "Slow"), **given)
        self.start()

    def scrape(self, path="/metrics"):
        """{sample name: the sum of its series}; None while nobody listens."""
        try:
            response = requests.get(self.metrics_url + path, timeout=60)
        except requests.ConnectionError:
            assert self.runs, self.log
            return None
        assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (200, "text/plain")
        found: dict[str, float] = {}
        for family in read_text(response.text):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0) + sample.value
        return found


@pytest.fixture
def run(tmp_path):
    """A function: variables -> the running Process."""
    processes = []

    def start(**variables):
        processes.append(Process(tmp_path, **variables))
        return processes[-1]

    yield start
    for process in processes:
        process.stop()


@MODES
def test_grpc_alone_has_metrics_on_the_port_and_the_path_of_the_operator(run, mode):
    port = free_port()
    process = run(API_TYPE="GRPC", MODEL_PROCESS=mode, PREDICTIVE_UNIT_SERVICE_PORT=port,
                  PREDICTIVE_UNIT_METRICS_ENDPOINT="/stats/of-unit")
    client = Client(port)
    assert SERVING in client.watch()
    client.predict(strData="x")
    for path in ("/metrics", "/prometheus", "/stats/of-unit", "/stats/of-unit/"):
        assert process.scrape(path)["seldon_api_server_requests_total"] == 1
    assert f"metrics on port {process.metrics_port}, at /stats/of-unit" in process.log
    assert process.stop() == 0


def test_the_port_has_nothing_else(run):
    process = run().wait_until_ready()
    for path in ("/", "/predict", "/live", "/ready", "/metadata", "/v2"):
        assert requests.get(process.metrics_url + path, timeout=60).status_code == 404
    refused = requests.post(process.metrics_url + "/metrics", timeout=60)
    assert (refused.status_code, refused.json()["status"]["reason"]) == (405, "MICROSERVICE_METHOD_NOT_ALLOWED")
    assert process.status("/metrics") == process.status("/prometheus") == 200  # those of REST stay
    assert "seldon_api_server_requests_total" not in process.scrape()  # neither scrapes nor probes are counted


@MODES
def test_the_port_is_open_while_the_class_loads(run, tmp_path, mode):
    (tmp_path / "loading").touch()
    process = run(MODEL_PROCESS=mode)
    assert eventually(process.scrape, "metrics were there")["seldon_api_model_ready"] == 0
    assert process.status("/live") is None
    (tmp_path / "loading").unlink()
    process.wait_until_ready()
    assert process.scrape()["seldon_api_model_ready"] == 1


@MODES
def test_the_processes_of_server_and_class_are_told_apart(run, mode):
    process = run(MODEL_PROCESS=mode, **({"MODEL_WORKERS": "2"} if mode == "separate" else {})).wait_until_ready()
    text = requests.get(process.metrics_url + "/metrics", timeout=60).text
    expected = {"server", "class-1", "class-2"} if mode == "separate" else {"server"}
    for name in ("cpu_seconds_total", "resident_memory_bytes", "virtual_memory_bytes", "open_fds", "max_fds",
                 "start_time_seconds"):  # fmt: skip
        found = dict(re.findall(rf'^process_{name}{{.*process="([^"]+)"}} (.+)$', text, re.MULTILINE))
        assert set(found) == expected, name
        assert all(float(value) > 0 for value in found.values()), name
    resident = dict(re.findall(r'^process_resident_memory_bytes{.*process="([^"]+)"} (.+)$', text, re.MULTILINE))
    assert all(1e6 < float(value) < 1e9 for value in resident.values())
    assert re.search(r'^python_info{.*process="server",version="3\.\d+\.\d+.*"} 1', text, re.MULTILINE)


def test_a_port_that_is_taken_ends_with_19(run):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        process = run(PREDICTIVE_UNIT_METRICS_SERVICE_PORT=taken.getsockname()[1])
        assert process.exit_code() == 19
        assert "Traceback" not in process.log


def test_a_stop_ends_the_port_last_and_soon(run):
    process = run().wait_until_ready()
    assert process.scrape()
    with socket.create_connection(("127.0.0.1", process.metrics_port)):  # a client that sends nothing
        assert process.stop() == 0
