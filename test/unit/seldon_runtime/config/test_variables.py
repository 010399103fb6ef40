"""seldon_runtime.config.variables: every variable right, wrong and absent."""

import operator
import sys
from pathlib import Path
from typing import Any

import pytest
from seldon_runtime.config import foreign
from seldon_runtime.config.metrics import BUCKETS
from seldon_runtime.config.variables import VARIABLES
from seldon_runtime.errors import BadSetting
from seldon_runtime.system.memory import container_memory
from support.settings import read

SERVICE_TYPES = ("MODEL", "ROUTER", "TRANSFORMER", "COMBINER", "OUTLIER_DETECTOR")
USUAL = min(container_memory() // 16, 2**30)  # bytes of a request
USUAL_GRPC = min(container_memory() // 64, 2**30)
# variable -> (its default in Settings, [(text, value)], [text that is not allowed])
TABLE: dict[str, tuple[Any, list[tuple[str, Any]], list[Any]]] = {
    "MODEL_NAME": (None, [("M", "M"), ("a.b.C", "a.b.C"), ("_a1", "_a1"), ("Modèle", "Modèle"), (" M ", "M"),
                          ("my model.onnx", "my model.onnx"), ("models/b.onnx", "models/b.onnx"),
                          ("iris.joblib", "iris.joblib"), ("flats/MLmodel", "flats/MLmodel")],
                   ["1M", "a-b", "a..b", ".a", "a.", "a b", "M.py:", "../M", "/m.onnx", "../m.onnx", "/m.pkl", "../m.pkl",
                    "http://host/m.pkl", "../MLmodel"]),
    "API_TYPE": (("REST",), [("REST", ("REST",)), ("grpc", ("GRPC",)), ("GRPC,REST", ("REST", "GRPC")),
                             ("rest, grpc", ("REST", "GRPC")), ("REST,REST", ("REST",))],
                 ["SOAP", "REST,", "REST;GRPC", "REST,SOAP", "true"]),
    "PROTOCOLS": (("seldon", "v2", "v1"), [("seldon", ("seldon",)), ("V1, v2", ("v2", "v1"))], ["v3", "seldon,", "v2;v1"]),
    "V2_MODEL_NAMES": (None, [("a", ("a",)), ("a, b,", ("a", "b")), ("*", ("*",))], []),
    "V2_OUTPUT_NAME": (None, [("predict", "predict")], []),
    "CE_TYPE": (None, [("mine", "mine")], []),
    "CE_SOURCE": (None, [("me", "me")], []),
    "CE_MERGE": (False, [("0", False), ("1", True), ("true", True)], ["2", "merge"]),
    "SERVICE_TYPE": ("MODEL", [(name, name) for name in SERVICE_TYPES] + [("model", "MODEL")], ["NODE", "MODEL,ROUTER"]),
    "PERSISTENCE": (False, [("0", False), ("1", True)], ["true", "2", "-1", "yes"]),
    "PREDICTIVE_UNIT_PARAMETERS": ({}, [("[]", {}), ('[{"name": "a", "type": "INT", "value": "1"}]', {"a": 1})], []),
    "PREDICTIVE_UNIT_ID": ("0", [("unit", "unit")], []),
    "SELDON_DEPLOYMENT_ID": (None, [("d", "d")], []),
    "PREDICTOR_ID": (None, [("p", "p")], []),
    "PREDICTOR_LABELS": ({}, [('{"version": "v1"}', {"version": "v1"})], ["[]", "{", "v1"]),
    "PREDICTIVE_UNIT_IMAGE": (None, [("name:1", "name:1")], []),
    "MODEL_PROCESS": ("separate", [("separate", "separate"), ("INLINE", "inline")], ["forked", "0"]),
    "MODEL_PYTHON": (sys.executable, [(sys.executable, sys.executable)], ["/no/such/python"]),
    "MODEL_WORKERS": (1, [("1", 1), ("256", 256)], ["0", "257", "1.5", "auto"]),
    "MODEL_UID": (None, [("0", 0), ("4294967294", 2**32 - 2)], ["-1", "4294967295", "root"]),
    "BATCH_MAX_SIZE": (1, [("1", 1), ("1000", 1000)], ["0", "-1", "1.5", "many"]),
    "BATCH_MAX_DELAY_MS": (0.0, [("0", 0.0), ("5", 0.005), ("60000", 60.0)], ["-1", "60001", "0.5", "5ms"]),
    "MODEL_METHOD": (None, [("predict", "predict"), ("PREDICT_PROBA", "predict_proba")], ["fit", "__class__"]),
    "ONNX_ENGINE": (None, [("ngraph", "ngraph"), ("OpenVINO", "openvino")], ["tensorrt", "1"]),
    "CONDA": ("translate", [("refuse", "refuse"), ("translate", "translate")], ["1"]),
    "INSTALL_EXTRAS": ((), [("a", ("a",)), ("a, b", ("a", "b"))], []),
    "SELF_TEST": ("warn", [("off", "off"), ("IMPORT", "import"), ("contract", "contract")], ["on", "0", "none"]),
    "HOST": ("::", [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("fe80::1%eth0", "fe80::1%eth0")],
             ["all", "*", "0", "127.0.0.1:80", "[::1", "300.0.0.1"]),
    "LOG_LEVEL": (20, [("debug", 10), ("Info", 20), ("WARN", 30), ("warning", 30), ("ERROR", 40), ("CRITICAL", 50), ("fatal", 50),
                       ("1", 1), ("10", 10), ("100", 100)], ["LOUD", "0", "101", "-1", "1.5", "1000"]),
    "SELDON_LOG_LEVEL": (20, [("DEBUG", 10), ("warn", 30), ("40", 40)], ["LOUD", "0"]),
    "LOG_FORMAT": ("text", [("JSON", "json"), ("logfmt", "logfmt"), ("text", "text")], ["xml", "gcp", "0"]),
    "ACCESS_LOG": (False, [("1", True), ("0", False), ("true", True)], ["all", "2"]),
    "GUNICORN_ACCESS_LOG": (False, [("true", True), ("False", False)], ["all", "-"]),
    "FILTER_METRICS_ACCESS_LOGS": (False, [("true", False), ("0", True)], ["all"]),
    "REQUEST_LOGGER_URL": (None, [("http://broker", "http://broker"), ("https://u:p@h:1/x?y", "https://u:p@h:1/x?y")],
                           ["broker", "kafka://broker", "http://", "http://h:port", "http://h:0"]),
    "REQUEST_LOGGER_MODE": ("all", [("REQUEST", "request"), ("response", "response")], ["none", "both"]),
    "REQUEST_LOGGER_SAMPLE": (1.0, [("0", 0.0), ("0.01", 0.01)], ["-1", "1.1", "nan", "1%"]),
    "REQUEST_LOGGER_QUEUE_SIZE": (10_000, [("1", 1)], ["0", "-1", "many"]),
    "REQUEST_LOGGER_QUEUE_BYTES": (2**26, [("1", 1)], ["0", "64MB"]),
    "POD_NAME": (None, [("pod", "pod")], []),
    "POD_NAMESPACE": (None, [("shop", "shop")], []),
    "LISTEN": ("loaded", [("at-once", "at-once"), ("AT-ONCE", "at-once"), ("Loaded", "loaded")], ["lazy", "at once"]),
    "PREDICTIVE_UNIT_METRICS_ENDPOINT": ("/metrics", [("/prometheus", "/prometheus"), ("/a/b-c.d", "/a/b-c.d"), ("/", "/")],
                                         ["prometheus", "/a b", "/a?b", "/a#b", "/é"]),
    "METRICS_BUCKETS": (BUCKETS, [("1", (1.0,)), ("0.1, 0.5,2", (0.1, 0.5, 2.0))],
                        ["0,1", "2,1", "1,1", "1,", "-1,1", "1,inf", "1,nan", "many", ",".join(map(str, range(1, 52)))]),
    "METRICS_EXECUTOR_NAMES": (False, [("1", True), ("true", True), ("off", False)], ["maybe"]),
    "JSON_NAN": ("null", [("literal", "literal"), ("NULL", "null")], ["none", "NaN"]),
    "MAX_BODY_BYTES": (USUAL, [("1", 1), ("5000000000", 5_000_000_000)], ["0", "-1", "1.5", "1GiB", "1e9"]),
    "MAX_INFLATED_BYTES": (USUAL, [("1", 1), ("5000000000", 5_000_000_000)], ["0", "-1", "1.5", "1GiB"]),
    "SERVER_THREADS": (256, [("1", 1), ("1024", 1024)], ["0", "1025", "many"]),
    "GRPC_MAX_MESSAGE_BYTES": (USUAL_GRPC, [("1", 1), ("2147483647", 2**31 - 1)], ["0", "2147483648", "1.5"]),
    "REST_TIMEOUT_MS": (None, [("1500", 1.5)], ["0", "-1", "1.5", "1s", "86400001", "9" * 400]),
    "GRPC_TIMEOUT_MS": (None, [("1500", 1.5)], ["0", "-1", "1.5", "1s", "86400001", "9" * 400]),
    "PERSISTENCE_URL": ("redis://localhost:6379/0", [(url, url) for url in (
        "redis://h:1/2", "rediss://u:p@h", "unix:///a/b", "redis+sentinel://h:1,i:2/name/0", "rediss+sentinel://h/n",
        "redis+cluster://h", "rediss+cluster://h", "file:///state")], ["h:1", "http://h", "redis://", "file://", "file:",
                        "redis://:pa/ss@h", "redis://h:port", "redis+sentinel://h,:1/n", "redis://h:0"]),
    "REDIS_SERVICE_HOST": ("redis://localhost:6379/0", [
        ("redis.shop", "redis://redis.shop:6379/0"), ("fd00::1", "redis://[fd00::1]:6379/0"),
        ("[fd00::1]", "redis://[fd00::1]:6379/0")], []),
    "REDIS_SERVICE_PORT": ("redis://localhost:6379/0", [
        ("1", "redis://localhost:1/0"), ("tcp://10.0.0.1:6380", "redis://10.0.0.1:6380/0"),
        ("tcp://[fd00::1]:6379", "redis://[fd00::1]:6379/0")],
        ["0", "65536", "redis", "1/2", "udp://10.0.0.1:6379", "tcp://10.0.0.1", "tcp://10.0.0.1:0", "redis://h:1"]),
    "PERSISTENCE_KEY": (None, [("k" * 16, b"k" * 16)], ["short"]),
    "PERSISTENCE_KEY_FILE": (None, [("/run/key", Path("/run/key"))], []),
    "PERSISTENCE_TIMEOUT": (60, [("1.5", 1.5)], ["0", "nan", "soon"]),
    "PERSISTENCE_LEASE_SECONDS": (15, [("1", 1)], ["0.5", "inf"]),
    "PERSISTENCE_HISTORY": (3, [("1", 1), ("100", 100)], ["0", "101", "1.5"]),
    "PERSISTENCE_MAX_BYTES": (2**29, [("1", 1)], ["0", "1GiB"]),
    "PERSISTENCE_FORK": (True, [("0", False), ("1", True)], ["no", "2"]),
    "MAX_WAITING": (1024, [("1", 1)], ["0", "-1", "many"]),
    "MAX_CONNECTIONS": (10_000, [("1", 1)], ["0", "-1", "many"]),
    "CORS_ORIGINS": (None, [
        ("*", ("*",)), ("https://a.example", ("https://a.example",)), ("HTTP://A:80, https://b:443,https://c:80",
                                                                       ("http://a", "https://b", "https://c:80"))],
        ["a.example", "*, https://a", ",", "https://", "https://u:p@a", "https://é", "https://a:port"]),
    "COMPRESSION_MIN_BYTES": (None, [("1", 1), ("100000", 100_000)], ["0", "-1", "1.5", "gzip"]),
    "KEEP_ALIVE_SECONDS": (90, [("1", 1), ("75.5", 75.5)], ["0", "nan", "inf", "1e300", "soon"]),
    "CLIENT_TIMEOUT_SECONDS": (30, [("1", 1), ("2.5", 2.5)], ["0", "nan", "inf", "1e300", "soon"]),
    "RESTART_LIMIT": (5, [("0", 0), ("100", 100)], ["-1", "1.5", "never"]),
    "ON_CRASH_LOOP": ("retry", [("EXIT", "exit"), ("retry", "retry")], ["end", "0"]),
    "RESTART_WAIT_SECONDS": (10, [("0", 0), ("0.5", 0.5)], ["-1", "nan", "inf", "1e300", "soon"]),
    "HANG_TIMEOUT_SECONDS": (None, [("0.5", 0.5), ("86400", 86400)], ["0", "-1", "nan", "86401", "soon"]),
    "GRACE_PERIOD_SECONDS": (20, [("0", 0), ("0.5", 0.5)], ["-1", "nan", "inf", "1e300", "soon"]),
    "DRAIN_SECONDS": (0, [("0", 0), ("0.5", 0.5)], ["-1", "nan", "inf", "1e300", "soon"]),
    "BUILD_LOGLEVEL": (0, [("5", 5)], ["-1", "11", "loud"]),
    "INSTALLER": ("uv", [("PIP", "pip"), ("uv", "uv")], ["conda"]),
    "PIP_NO_INDEX": (False, [("1", True), ("True", True), ("off", False)], ["maybe"]),
    "SOURCE_DATE_EPOCH": (315532800, [("0", 0)], ["-1", "4294967296", "today"]),
    "CREDENTIALS_IN_IMAGE": ("refuse", [("WARN", "warn")], ["no"]),
}
PORTS = {*foreign.PORTS, foreign.PLATFORM_PORT, "PREDICTIVE_UNIT_METRICS_SERVICE_PORT"}
BY_NAME = {variable.name: variable for variable in VARIABLES}
# variable -> its place in Settings, if that has not the name of the variable's field
PLACES = {"API_TYPE": "apis", "PERSISTENCE": "persistence.enabled", "PERSISTENCE_URL": "persistence.url",
          "REDIS_SERVICE_HOST": "persistence.url", "REDIS_SERVICE_PORT": "persistence.url", "BUILD_LOGLEVEL": "build.log_level",
          "LOG_LEVEL": "logs.level", "SELDON_LOG_LEVEL": "logs.level", "LOG_FORMAT": "logs.format", "ACCESS_LOG": "logs.access",
          "GUNICORN_ACCESS_LOG": "logs.access", "FILTER_METRICS_ACCESS_LOGS": "logs.access_of_scrapes"}


def value_of(found, name):
    """A variable's value in Settings: there, or in one of its groups."""
    if name in PLACES:
        return operator.attrgetter(PLACES[name])(found)
    place = BY_NAME[name].field.removeprefix("persistence_").removeprefix("request_log_").removeprefix("metrics_")
    groups = (found, found.request_log, found.unit, found.serving, found.persistence, found.metrics, found.build)
    return next(getattr(group, place) for group in groups if hasattr(group, place))


def read_all_of_the_state(name, monkeypatch):
    """Switch the state on, if it is one of its variables."""
    if name.startswith(("PERSISTENCE_", "REDIS_")):
        monkeypatch.setenv("PERSISTENCE", "1")


def rows(part):
    return [pytest.param(name, *row if isinstance(row, tuple) else (row,), id=f"{name}={row!r}"[:60])
            for name, columns in TABLE.items() for row in columns[part]]


def test_the_table_has_every_variable():
    assert {*TABLE, *PORTS} == set(BY_NAME)


@pytest.mark.parametrize("name", [name for name in TABLE if name != "MODEL_NAME"])
def test_a_variable_has_its_default(name, tmp_path):
    assert value_of(read(tmp_path, "M"), name) == TABLE[name][0]


@pytest.mark.parametrize(("name", "text", "value"), rows(1))
def test_a_value_that_is_allowed_is_taken(name, text, value, tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_NAME", "M")
    read_all_of_the_state(name, monkeypatch)
    monkeypatch.setenv(name, text)
    assert value_of(read(tmp_path), name) == value


@pytest.mark.parametrize(("name", "text"), rows(2))
def test_a_value_that_is_not_allowed_is_named_with_what_is(name, text, tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_NAME", "M")
    read_all_of_the_state(name, monkeypatch)
    monkeypatch.setenv(name, text)
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    allowed = "a program that exists" if name == "MODEL_PYTHON" else BY_NAME[name].allowed
    found = "a value that is not shown" if BY_NAME[name].secret else repr(text)
    assert str(caught.value) == f"{name}: expected {allowed}, found {found}"
    assert caught.value.exit_code == 10


@pytest.mark.parametrize("name", sorted(PORTS))
@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80.5"])
def test_a_port_that_is_none_is_named(name, text, tmp_path, monkeypatch):
    monkeypatch.setenv(name, text)
    with pytest.raises(BadSetting) as caught:
        read(tmp_path, "M")
    assert str(caught.value) == f"{name}: expected 1 to 65535, found {text!r}"


@pytest.mark.parametrize("name", [*TABLE, *sorted(PORTS)])
def test_an_empty_value_is_no_value(name, tmp_path, monkeypatch):
    monkeypatch.setenv(name, " ")
    if name == "MODEL_NAME":
        with pytest.raises(BadSetting, match="MODEL_NAME: expected .*, found nothing"):
            read(tmp_path)
    else:
        assert read(tmp_path, "M") == settings_without(name, tmp_path, monkeypatch)


def settings_without(name, folder, monkeypatch):
    monkeypatch.delenv(name)
    return read(folder, "M")


def test_all_that_is_wrong_is_named_at_once_and_the_missing_name_first(tmp_path, monkeypatch):
    monkeypatch.setenv("API_TYPE", "SOAP")
    monkeypatch.setenv("PERSISTENCE", "maybe")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    assert str(caught.value).splitlines() == [
        "MODEL_NAME: expected a Python name, a dotted one, or a model file, found nothing; "
        "set it in .s2i/environment, or with s2i build -e MODEL_NAME=MyModel",
        "API_TYPE: expected REST, GRPC or REST,GRPC, found 'SOAP'",
        "PERSISTENCE: expected 0 or 1, found 'maybe'",
    ]
