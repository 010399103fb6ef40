"""The variables of tracing: which of them turn it on, and what each wrong or unknown value says."""

import re
from pathlib import Path

import pytest
from seldon_runtime.commands.usage import guide
from seldon_runtime.config.environment import read_settings
from seldon_runtime.config.trace_variables import TRACE_VARIABLES
from seldon_runtime.errors import BadSetting

ROOT = Path(__file__).resolve().parents[4]
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def read(monkeypatch, tmp_path):
    def settings(**variables):
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        return read_settings(["M"], tmp_path, tmp_path / "none").tracing

    return settings


@pytest.mark.parametrize("variables", [
    {"TRACING": "1"}, {"TRACING": "true"}, {ENDPOINT: "http://c:4318"}, {"OTEL_TRACES_EXPORTER": "otlp"},
    {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/t"}, {"JAEGER_AGENT_HOST": "j"}, {"JAEGER_ENDPOINT": "http://j/api"},
    {"TRACING": "1", "OTEL_SDK_DISABLED": "false"},
])
def test_traces_are_on(read, variables):
    assert read(**variables).enabled


@pytest.mark.parametrize("variables", [
    {}, {"TRACING": "0"}, {"TRACING": "1", "OTEL_SDK_DISABLED": "true"}, {ENDPOINT: " "},
    {ENDPOINT: "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, {"OTEL_SERVICE_NAME": "s"},
    {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, {"JAEGER_AGENT_PORT": "tcp://10.0.0.1:5775"},
])
def test_traces_are_off_and_nothing_is_said_about_it(read, variables):
    found = read(**variables)
    assert (found.enabled, found.remarks) == (False, ())


@pytest.mark.parametrize(("variables", "endpoint"), [
    ({"TRACING": "1"}, "http://localhost:4318/v1/traces"),
    ({ENDPOINT: "http://c:4318"}, "http://c:4318/v1/traces"),
    ({ENDPOINT: "https://c/otlp/"}, "https://c/otlp/v1/traces"),
    ({ENDPOINT: "http://c", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t/x"}, "http://t/x"),
])
def test_where_spans_go(read, variables, endpoint):
    assert read(**variables).endpoint == endpoint


GRPC = {ENDPOINT: "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}


@pytest.mark.parametrize(("variables", "line"), [
    (GRPC, "OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf, found 'grpc'; set "
     "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf, and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to the collector's URL "
     "for it, usually http://HOST:4318/v1/traces. There are no traces"),
    ({ENDPOINT: "collector:4317"}, "OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL of http or https, found "
     "'collector:4317'; write it as http://collector:4318. There are no traces"),
    ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://[c"}, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: expected a URL of http or "
     "https, found 'http://[c'; write it as http://collector:4318. There are no traces"),
    ({"OTEL_TRACES_EXPORTER": "zipkin"},
     "OTEL_TRACES_EXPORTER: expected otlp or none, found 'zipkin'; set it to otlp. There are no traces"),
    ({"TRACING": "1", "OTEL_TRACES_SAMPLER": "parentbased_jaeger_remote"}, "OTEL_TRACES_SAMPLER: expected always_on, "
     "always_off, traceidratio, each also with parentbased_, found 'jaeger_remote'; choose one. There are no traces"),
])
def test_what_the_server_does_not_offer_gives_one_line_and_no_traces(read, variables, line):
    found = read(**variables)
    assert (found.enabled, found.remarks) == (False, (line,))


@pytest.mark.parametrize(("variables", "line"), [
    ({"JAEGER_AGENT_HOST": "jaeger"}, "JAEGER_AGENT_HOST: spans are sent over OTLP to http://localhost:4318; set "
     "OTEL_EXPORTER_OTLP_ENDPOINT to the collector's URL"),
    ({"TRACING": "1", "OTEL_PROPAGATORS": "xray,b3"}, "OTEL_PROPAGATORS: expected some of tracecontext, b3, b3multi, "
     "jaeger, baggage, none, found 'xray'; it is left out"),
    ({"TRACING": "1", "OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"},
     "OTEL_EXPORTER_OTLP_COMPRESSION: expected gzip or none, found 'zstd'; nothing is compressed"),
])
def test_what_has_another_effect_than_its_name_promises_gives_one_line(read, variables, line):
    found = read(**variables)
    assert (found.enabled, found.remarks) == (True, (line,))


@pytest.mark.parametrize(("name", "text"), [
    ("TRACING", "maybe"), ("OTEL_SDK_DISABLED", "2"), ("OTEL_EXPORTER_OTLP_HEADERS", "token"),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"), ("OTEL_RESOURCE_ATTRIBUTES", "=x"), ("OTEL_TRACES_SAMPLER_ARG", "1.5"),
    ("OTEL_TRACES_SAMPLER_ARG", "nan"), ("OTEL_BSP_SCHEDULE_DELAY", "-1"), ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1.5"), ("OTEL_BSP_EXPORT_TIMEOUT", "x"),
])
def test_a_value_that_means_nothing_ends_the_start(read, name, text):
    with pytest.raises(BadSetting, match=f"^{name}: expected ") as caught:
        read(**{name: text})
    assert "\n" not in str(caught.value)


def test_the_token_of_a_collector_is_in_no_message(read):
    with pytest.raises(BadSetting, match="a value that is not shown"):
        read(OTEL_EXPORTER_OTLP_HEADERS="secret")
    assert "hidden" not in repr(read(OTEL_EXPORTER_OTLP_HEADERS="key=hidden"))


def test_a_variable_of_traces_alone_wins_over_that_of_all_signals(read):
    found = read(TRACING="1", OTEL_EXPORTER_OTLP_PROTOCOL="grpc", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL="http/protobuf",
                 OTEL_EXPORTER_OTLP_HEADERS="a=1", OTEL_EXPORTER_OTLP_TRACES_HEADERS="b=2",
                 OTEL_EXPORTER_OTLP_TRACES_TIMEOUT="3000", OTEL_EXPORTER_OTLP_TRACES_COMPRESSION="gzip")
    assert (found.enabled, found.headers, found.timeout, found.compresses) == (True, (("b", "2"),), 3.0, True)


def test_the_samplers(read):
    found = read(TRACING="1")
    assert (found.follows_parent, found.ratio) == (True, 1.0)
    found = read(OTEL_TRACES_SAMPLER="traceidratio", OTEL_TRACES_SAMPLER_ARG="0.25")
    assert (found.follows_parent, found.ratio) == (False, 0.25)
    found = read(OTEL_TRACES_SAMPLER="parentbased_always_off")
    assert (found.follows_parent, found.ratio) == (True, 0.0)


def test_a_timeout_in_seconds_as_the_sdk_for_python_reads_it_is_no_timeout_of_milliseconds(read):
    assert read(TRACING="1", OTEL_EXPORTER_OTLP_TIMEOUT="10").timeout == 1.0
    assert read(OTEL_EXPORTER_OTLP_TIMEOUT="10000").timeout == 10.0


def test_a_batch_is_no_larger_than_the_queue(read):
    found = read(TRACING="1", OTEL_BSP_MAX_QUEUE_SIZE="100")
    assert (found.queue_size, found.batch_size) == (100, 100)


def test_operations_md_has_a_row_for_each_variable_of_traces_and_no_other():
    section = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Traces\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*) \| (.*) \| (.*) \|$", section, re.MULTILINE)
    assert rows == [(v.name, v.allowed, "none" if v.default is None else f"`{v.default}`", v.meaning) for v in TRACE_VARIABLES]


def test_the_usage_text_names_every_variable_of_traces():
    assert [v.name for v in TRACE_VARIABLES if v.name not in guide()] == []
