"""An overload is seen in the metrics and in the log, and /ready stays 200."""

import re

import pytest
import requests
from support.server import RUNTIME, Server
from support.waiting import eventually, in_background

MODEL = """
import os, time

class Held(object):
    '''Responds once the file `allowed` is there.'''

    def predict(self, X, names):
        while not os.path.exists("allowed"):
            time.sleep(0.005)
        return X
"""
MODES = pytest.mark.parametrize("mode", ["separate", "inline"])
MESSAGE = {"data": {"ndarray": [[1.0, 2.0]]}}


@pytest.fixture
def run(tmp_path):
    """A function: variables -> a running server of the model above."""
    (tmp_path / "Held.py").write_text(MODEL)
    servers = []

    def start(**variables):
        servers.append(Server(tmp_path, tmp_path, (*RUNTIME, "Held"), **variables).start().wait_until_ready())
        return servers[-1]

    yield start
    (tmp_path / "allowed").touch()
    for server in servers:
        server.stop()


def value(server, name, **labels):
    """The sum of the series with these labels."""
    wanted = [f'{key}="{text}"' for key, text in labels.items()]
    lines = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", server.get("/metrics").text, re.MULTILINE)
    return sum(float(number) for found, number in lines if all(one in found for one in wanted))


@MODES
def test_an_overload_is_counted_and_logged_and_the_server_stays_ready(run, mode):
    server = run(MODEL_PROCESS=mode, MAX_WAITING="2")
    begun = [server.begin_to_predict(MESSAGE)]
    eventually(lambda: value(server, "seldon_api_model_requests_in_flight") == 1, "the class was at work")
    begun += [server.begin_to_predict(MESSAGE) for _ in range(2)]
    eventually(lambda: value(server, "seldon_api_model_requests_waiting") == 2, "both waited")
    refused = [server.predict(MESSAGE) for _ in range(30)]
    assert {(one.status_code, one.headers["Retry-After"]) for one in refused} == {(503, "1")}
    assert server.status("/ready") == 200
    assert value(server, "seldon_api_model_ready") == 1
    assert value(server, "seldon_api_server_requests_dropped_total", reason="max_waiting") == 30
    assert value(server, "seldon_api_server_requests_total", route="/predict", code="503") == 30
    assert value(server, "seldon_api_model_requests_waiting") == 2
    lines = [line for line in server.log.splitlines() if "MAX_WAITING allows no more to wait" in line]
    assert 1 <= len(lines) <= 3
    (server.folder / "allowed").touch()
    assert [one().status_code for one in begun] == [200] * 3
    assert value(server, "seldon_api_server_requests_total", route="/predict", code="200") == 3
    assert value(server, "seldon_api_model_requests_in_flight") == value(server, "seldon_api_model_requests_waiting") == 0


@MODES
def test_requests_that_expire_and_clients_that_leave_are_counted(run, mode):
    server = run(MODEL_PROCESS=mode, REST_TIMEOUT_MS="200")
    assert server.predict(MESSAGE).status_code == 504
    with pytest.raises(requests.Timeout):
        requests.post(server.url + "/predict", json=MESSAGE, timeout=0.05)
    dropped = "seldon_api_server_requests_dropped_total"
    assert value(server, dropped, reason="timeout") >= 1
    eventually(lambda: value(server, dropped, reason="timeout") + value(server, dropped, reason="cancelled") >= 2, "both counted")


@MODES
def test_the_rows_of_batches_are_a_histogram(run, mode):
    server = run(MODEL_PROCESS=mode, BATCH_MAX_SIZE="8")
    begun = [server.begin_to_predict(MESSAGE)]
    eventually(lambda: value(server, "seldon_api_model_requests_in_flight") == 1, "the class was at work")
    begun += [in_background(lambda: server.predict(MESSAGE)) for _ in range(5)]
    eventually(lambda: value(server, "seldon_api_model_requests_waiting") == 5, "five waited")
    (server.folder / "allowed").touch()
    assert [one().status_code for one in begun] == [200] * 6
    rows = "seldon_api_model_batch_rows"
    assert (value(server, rows + "_count"), value(server, rows + "_sum")) == (2, 6)
    assert [value(server, rows + "_bucket", le=le) for le in ("1.0", "2.0", "4.0", "8.0")] == [1, 1, 1, 2]
