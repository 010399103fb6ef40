"""What tracing does to a server and its batches, and what a server does without it."""

import re

import pytest
from support.server import RUNTIME, Server
from support.trace_collector import TraceCollector, attributes_of
from support.traced_class import MODEL, PARENT, predict, tree
from support.waiting import eventually

MODES = pytest.mark.parametrize("mode", ["separate", "inline"])


@pytest.fixture
def collector():
    """Of one test, because a server of others sends its spans some time after its response."""
    started = TraceCollector()
    yield started
    started.close()


@pytest.fixture
def start(tmp_path, collector):
    """A function: variables -> a running server of the class Traced. It ends before the collector does."""
    (tmp_path / "Traced.py").write_text(MODEL)
    started = []

    def one(**variables):
        started.append(Server(tmp_path, tmp_path, (*RUNTIME, "Traced"), **variables).start().wait_until_ready())
        return started[-1]

    yield one
    for server in started:
        server.stop()


def test_what_waits_in_the_queue_is_sent_at_the_end(start, collector):
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=3_600_000)
    predict(server)
    assert collector.spans() == []
    assert server.stop() == 0
    assert {span.name for span in collector.spans()} == {"POST /predict", "wait", "predict"}


def test_a_class_that_takes_the_traceparent_takes_no_batches_and_the_log_says_so(start, collector):
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=20, BATCH_MAX_SIZE=2,
                   BATCH_MAX_DELAY_MS=1)
    server.predict({"data": {"ndarray": [[1]]}})
    tree(collector, "POST /predict")
    assert "BATCH_MAX_SIZE has no effect" in server.log  # the class takes the traceparent of one request


HELD = """
import os, time

class Held(object):
    def predict(self, X, names):
        while X[0][0] == 0 and not os.path.exists("allowed"):
            open("begun", "w").close()
            time.sleep(0.005)
        return X
"""


@MODES
def test_requests_of_one_batch_have_the_times_of_their_call(mode, collector, tmp_path):
    (tmp_path / "Held.py").write_text(HELD)
    server = Server(tmp_path, tmp_path, (*RUNTIME, "Held"), MODEL_PROCESS=mode, BATCH_MAX_SIZE=8,
                    OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=20).start().wait_until_ready()
    first = server.begin_to_predict({"data": {"ndarray": [[0]]}})
    eventually((tmp_path / "begun").exists, "the class was busy")
    others = [server.begin_to_predict({"data": {"ndarray": [[number]]}}) for number in (1, 2)]
    eventually(lambda: waiting(server) == 2, "two requests waited")
    (tmp_path / "allowed").touch()
    assert [answer().status_code for answer in (first, *others)] == [200] * 3
    assert server.stop() == 0
    times = [(span.start_time_unix_nano, span.end_time_unix_nano) for span in collector.spans() if span.name == "predict"]
    assert len(times) == 3
    assert len(set(times)) == 2


def waiting(server):
    return float(re.findall(r"^seldon_api_model_requests_waiting\S* (\S+)$", server.get("/metrics").text, re.MULTILINE)[0])


def test_a_crash_leaves_a_wait_that_failed(start, collector):
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=20)
    assert predict(server, "crash").status_code == 500
    assert attributes_of(collector.named("wait"))["error.type"] == "MICROSERVICE_INTERNAL_ERROR"


@MODES
def test_without_traces_the_class_gets_the_callers_traceparent(start, mode):
    server = start(MODEL_PROCESS=mode)
    assert predict(server, traceparent=PARENT).json()["meta"]["tags"]["traceparent"] == PARENT
    assert predict(server).json()["meta"]["tags"]["traceparent"] == ""


def test_a_server_without_traces_has_imported_nothing_of_them(start):
    server = start(MODEL_PROCESS="inline")  # so that the class sees the modules of the server
    modules = predict(server, "modules").json()["strData"].split()
    assert "seldon_runtime.rest.predictions" in modules
    assert [name for name in modules if "trace" in name and name.startswith("seldon_runtime")] == [
        "seldon_runtime.config.trace_variables"]
    assert [name for name in modules if name.startswith("opentelemetry")] == []


def test_with_traces_it_has(start, collector):
    server = start(MODEL_PROCESS="inline", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    assert "seldon_runtime.rest.traced" in predict(server, "modules").json()["strData"].split()


def test_a_protocol_that_is_not_offered_is_one_line_and_the_server_serves(start, collector):
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    assert predict(server).status_code == 200
    assert [line for line in server.log.splitlines() if "OTEL_EXPORTER_OTLP_PROTOCOL: expected" in line]
    assert server.log.count("OTEL_") == 3  # that line alone names three variables


def test_a_collector_that_is_gone_disturbs_no_request_and_no_end(start):
    server = start(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_BSP_SCHEDULE_DELAY=1,
                   OTEL_BSP_EXPORT_TIMEOUT=1500)  # time for two attempts
    assert [predict(server).status_code for _ in range(20)] == [200] * 20
    eventually(lambda: "takes no spans" in server.log or not server.runs, "the log told of it")
    assert server.stop() == 0
