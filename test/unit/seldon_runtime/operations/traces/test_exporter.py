"""operations.traces.exporter and collector: what is sent, again or never, and what is lost."""

import ssl
import subprocess

import pytest
from seldon_runtime.config.environment import read_settings
from seldon_runtime.errors import BadSetting
from seldon_runtime.metrics import Metrics
from seldon_runtime.operations.traces import collector as collector_module
from seldon_runtime.operations.traces.factory import create_tracing
from seldon_runtime.operations.traces.parent import parent_reader
from seldon_runtime.operations.traces.spans import http_span
from support.server import free_port
from support.trace_collector import TraceCollector, attributes_of
from support.waiting import eventually

_MOST = 60.0  # seconds
READ = parent_reader((), str)


@pytest.fixture
def collector():
    started = TraceCollector()
    yield started
    started.close()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(collector_module, "_FIRST_PAUSE", 0.01)


@pytest.fixture
def tracing(monkeypatch):
    """A function: OTEL_* variables -> a running Tracing."""
    started = []

    def start(**variables):
        for name, text in variables.items():
            monkeypatch.setenv(name, str(text))
        settings = read_settings(["flowers.Iris"])
        made = create_tracing(settings, Metrics(settings))
        made.exporter.start()
        started.append(made)
        return made

    yield start
    for made in started:
        made.exporter.stop(_MOST)


def record(tracing, name="/predict"):
    span = tracing.tracer.begin(READ, lambda _: "")
    tracing.tracer.queue.add((http_span, span, 1, 2, 5000, "POST", name, name, b"", 200))


def test_a_batch_is_posted_to_the_path_of_traces_with_the_facts_of_the_server(tracing, collector):
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url + "/", OTEL_BSP_SCHEDULE_DELAY=10,
                   OTEL_RESOURCE_ATTRIBUTES="k8s.pod.name=pod%201, service.version=7", OTEL_SERVICE_NAME="flowers")
    record(made)
    assert collector.named("POST /predict")
    posted = collector.posted[0]
    assert (posted.path, posted.headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
    facts = attributes_of(posted.message.resource_spans[0].resource)
    assert (facts["service.name"], facts["service.version"], facts["k8s.pod.name"]) == ("flowers", "7", "pod 1")
    assert facts["seldon.class"] == "flowers.Iris"
    assert eventually(lambda: made.exporter.sent, "a record was sent") == 1


def test_the_name_of_the_service_is_that_of_the_unit_or_of_the_class(tracing, collector):
    record(tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=10))
    record(tracing(PREDICTIVE_UNIT_ID="classifier"))
    eventually(lambda: len(collector.posted) == 2, "both had sent")
    names = {attributes_of(posted.message.resource_spans[0].resource)["service.name"] for posted in collector.posted}
    assert names == {"Iris", "classifier"}


def test_headers_gzip_and_the_url_of_traces_as_it_is(tracing, collector):
    made = tracing(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=collector.url + "/own?x=1", OTEL_BSP_SCHEDULE_DELAY=10,
                   OTEL_EXPORTER_OTLP_HEADERS="api-key=a%20b, other = c", OTEL_EXPORTER_OTLP_COMPRESSION="gzip")
    record(made)
    collector.named("POST /predict")
    posted = collector.posted[0]
    assert posted.path == "/own?x=1"
    assert (posted.headers["api-key"], posted.headers["other"]) == ("a b", "c")
    assert posted.headers["content-encoding"] == "gzip"


def test_many_spans_go_in_full_batches_before_the_delay_is_over(tracing, collector):
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=3_600_000,
                   OTEL_BSP_MAX_EXPORT_BATCH_SIZE=20)
    for number in range(20):
        record(made, f"/{number}")
    eventually(lambda: len(collector.spans()) == 20, "all spans had come")
    assert [len(posted.message.resource_spans[0].scope_spans[0].spans) for posted in collector.posted] == [20]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_collector_gets_the_batch_again(tracing, collector, status):
    collector.answers = [(status, {}), (status, {"Retry-After": "0"})]
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=10)
    record(made)
    collector.named("POST /predict")
    assert collector.refused == 2
    assert made.exporter.lost == 0


@pytest.mark.parametrize("answer", [(400, {}), (404, {}), (503, {"Retry-After": "3600"}),
                                    (503, {"Retry-After": "Fri, 31 Dec 2099 23:59:59 GMT"})])
def test_a_batch_that_is_refused_for_good_or_for_too_long_is_lost_and_counted(tracing, collector, answer, caplog):
    caplog.set_level("INFO")
    collector.answers = [answer]
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=10)
    record(made, "/lost")
    eventually(lambda: made.exporter.lost == 1, "the record was counted")
    record(made, "/sent")
    collector.named("POST /sent")
    assert [span.name for span in collector.spans()] == ["POST /sent"]
    eventually(lambda: any("takes spans again" in line for line in caplog.messages), "it was logged")
    assert [line for line in caplog.messages if "takes no spans" in line] == [
        f"the collector at {collector.url}/v1/traces takes no spans: it responded with status {answer[0]}"]


def test_a_collector_that_is_not_there_costs_the_batch_and_one_line(tracing, caplog):
    url = f"http://localhost:{free_port()}"
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_BSP_SCHEDULE_DELAY=10, OTEL_BSP_EXPORT_TIMEOUT=50)
    record(made)
    eventually(lambda: made.exporter.lost == 1, "the record was counted")
    record(made)
    eventually(lambda: made.exporter.lost == 2, "the second record was counted")
    assert [line for line in caplog.messages if "takes no spans: ConnectionRefusedError" in line] == caplog.messages
    assert len(caplog.messages) == 1


def test_the_log_names_the_collector_without_the_secrets_of_its_url(tracing, caplog):
    caplog.set_level("INFO")
    url = f"http://user:hidden@localhost:{free_port()}/v1/traces?key=hidden"
    made = tracing(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=url, OTEL_BSP_SCHEDULE_DELAY=10, OTEL_BSP_EXPORT_TIMEOUT=50)
    record(made)
    eventually(lambda: made.exporter.lost == 1, "the record was counted")
    assert caplog.messages[0].startswith("traces: requests are recorded, and sent to http://localhost:")
    assert "hidden" not in caplog.text


def test_the_end_sends_what_is_left(tracing, collector):
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=3_600_000)
    record(made)
    made.exporter.stop(_MOST)
    assert [span.name for span in collector.spans()] == ["POST /predict"]


def test_the_end_tries_once_and_waits_for_no_collector(tracing, collector):
    collector.answers = [(503, {"Retry-After": "1"})] * 50
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=3_600_000)
    record(made)
    made.exporter.stop(_MOST)
    assert (collector.refused, made.exporter.lost) == (1, 1)


def test_a_record_that_cannot_be_written_costs_no_other(tracing, collector):
    made = tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=10)
    made.tracer.queue.add((http_span, None))
    record(made)
    collector.named("POST /predict")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) for localhost."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


def test_tls_with_a_certificate_of_the_client(tracing, certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificate[0]))
    context.load_cert_chain(*certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    collector = TraceCollector(context)
    record(tracing(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY=10,
                   OTEL_EXPORTER_OTLP_CERTIFICATE=certificate[0], OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=certificate[0],
                   OTEL_EXPORTER_OTLP_CLIENT_KEY=certificate[1]))
    collector.named("POST /predict")
    collector.close()


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"])
def test_a_certificate_that_cannot_be_read_ends_the_start(tracing, name):
    with pytest.raises(BadSetting, match=f"^{name}: expected a readable .*, found /no/such.pem"):
        tracing(OTEL_EXPORTER_OTLP_ENDPOINT="https://localhost", **{name: "/no/such.pem"})


def test_sent_and_lost_records_are_metrics():
    settings = read_settings(["flowers.Iris"])
    metrics = Metrics(settings)
    create_tracing(settings, metrics)
    exposed = metrics.expose("")[0].decode()
    assert 'seldon_trace_records_sent_total{model_name="Iris"} 0.0' in exposed
    assert 'seldon_trace_records_lost_total{model_name="Iris"} 0.0' in exposed
