"""seldon_runtime.config.environment and variables: every variable right, wrong and absent; which source wins."""

import json
import operator
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from seldon_component.errors import BadParameters
from seldon_runtime.config import environment, foreign, values
from seldon_runtime.config.environment_file import read_environment_file
from seldon_runtime.config.metrics import BUCKETS
from seldon_runtime.config.parameters import PARAMETER_TYPES, push_frequency
from seldon_runtime.config.variables import VARIABLES
from seldon_runtime.errors import BadSetting
from seldon_runtime.system.memory import container_memory
from support.server import SURROUNDINGS

PARAMETERS = '[{"name": "a", "type": "INT", "value": "1"}]'
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
    "PREDICTIVE_UNIT_PARAMETERS": ({}, [("[]", {}), (PARAMETERS, {"a": 1})], []),
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


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in (*BY_NAME, *SURROUNDINGS):
        monkeypatch.delenv(name, raising=False)


def read(folder, *arguments):
    return environment.read_settings(arguments, folder, folder / "no-annotations")


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


def write(folder, text):
    (folder / ".s2i").mkdir()
    (folder / ".s2i" / "environment").write_bytes(text.encode() if isinstance(text, str) else text)


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


@pytest.mark.parametrize(("text", "advice"), [
    ('"MyModel"', "; write it without the quotes"), ("'MyModel'", "; write it without the quotes"), ('"', ""), ("My Model", "")])
def test_a_value_in_quotes_says_to_leave_them_out(text, advice, tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_NAME", text)
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    expected = f"MODEL_NAME: expected a Python name, a dotted one, or a model file, found {text!r}{advice}"
    assert str(caught.value) == expected


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    write(tmp_path, "MODEL_NAME=File\nSERVICE_TYPE=ROUTER\nLOG_LEVEL=DEBUG\n")
    monkeypatch.setenv("MODEL_NAME", "Environment")
    monkeypatch.setenv("SERVICE_TYPE", "COMBINER")
    found = read(tmp_path, "Line")
    assert (found.model_name, found.service_type, found.logs.level) == ("Line", "COMBINER", 10)


def test_the_historical_command_line_is_understood(tmp_path):
    found = read(tmp_path, "M", "REST", "--service-type", "ROUTER", "--persistence", "0", "--parameters", PARAMETERS,
                 "--log-level", "DEBUG", "--http-port", "8000")
    assert (found.model_name, found.apis, found.service_type, found.persistence.enabled) == ("M", ("REST",), "ROUTER", False)
    assert (found.parameters, found.logs.level) == ({"a": 1}, 10)
    assert [(listener.api, listener.port) for listener in found.listeners] == [("REST", 8000)]


@pytest.mark.parametrize(("texts", "option", "level"), [
    ({"LOG_LEVEL": "ERROR", "SELDON_LOG_LEVEL": "DEBUG"}, (), 40),
    ({"LOG_LEVEL": " ", "SELDON_LOG_LEVEL": "DEBUG"}, (), 10),
    ({"SELDON_LOG_LEVEL": "DEBUG"}, ("--log-level", "WARN"), 30),
])
def test_the_option_wins_over_log_level_and_that_over_seldons(texts, option, level, tmp_path, monkeypatch):
    for name, text in texts.items():
        monkeypatch.setenv(name, text)
    assert read(tmp_path, "M", *option).logs.level == level


def test_access_log_wins_over_gunicorns(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCESS_LOG", "0")
    monkeypatch.setenv("GUNICORN_ACCESS_LOG", "true")
    assert not read(tmp_path, "M").logs.access


def test_the_api_word_may_be_left_out(tmp_path, monkeypatch):
    monkeypatch.setenv("API_TYPE", "GRPC")
    assert read(tmp_path, "M", "--service-type", "ROUTER").apis == ("GRPC",)


def test_an_unknown_option_ends_the_command(tmp_path, capsys):
    with pytest.raises(SystemExit):
        read(tmp_path, "M", "--colour", "blue")
    assert "unrecognized arguments: --colour" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "found"), [
    ("A=1", {"A": "1"}),
    ("\n# comment\n  A = 1  \n\nB=x=y\nC=\n", {"A": "1", "B": "x=y", "C": ""}),
    ("A=1\r\nA=2\r\n", {"A": "2"}),
    ("A=é", {"A": "é"}),
    ("\ufeffA=1\n#B=2\n", {"A": "1"}),
    ("export A=1\nexport\tB = 2\nexported=3\n", {"A": "1", "B": "2", "exported": "3"}),
    ("", {}),
])
def test_the_environment_file_has_a_variable_a_line(text, found, tmp_path):
    write(tmp_path, text)
    assert read_environment_file(tmp_path) == found


def test_the_environment_file_may_be_utf16_with_its_mark(tmp_path):
    write(tmp_path, "")
    (tmp_path / ".s2i" / "environment").write_bytes("A=é\r\nB=2\r\n".encode("utf-16"))
    assert read_environment_file(tmp_path) == {"A": "é", "B": "2"}


def test_a_setting_in_another_case_is_named_with_its_line(tmp_path):
    write(tmp_path, "MODEL_NAME=M\napi_type=GRPC\nhttps_proxy=http://proxy:3128\n")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    assert str(caught.value) == ".s2i/environment, line 2: expected API_TYPE, found 'api_type'"


def test_the_suffix_of_a_file_in_model_name_is_advised_against(tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_NAME", "MyModel.py")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    assert str(caught.value).endswith(", found 'MyModel.py'; leave .py out")


def test_the_name_of_the_own_machine_is_no_address(tmp_path, monkeypatch):
    monkeypatch.setenv("HOST", "localhost")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path, "M")
    assert str(caught.value) == "HOST: expected an IP address, found 'localhost'; use 127.0.0.1 or ::1"


def test_other_variables_of_the_file_reach_the_class_and_the_environment_wins(tmp_path, monkeypatch):
    write(tmp_path, "MODEL_NAME=M\nWEIGHTS=w.bin\nCOLOUR=blue\n")
    monkeypatch.setenv("COLOUR", "red")
    found = read(tmp_path).component_environment
    assert (found["WEIGHTS"], found["COLOUR"]) == ("w.bin", "red")


def test_lines_without_an_equals_sign_are_named_with_their_numbers(tmp_path):
    write(tmp_path, "MODEL_NAME=M\nAPI_TYPE REST\n\n  hello  ")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    assert str(caught.value) == (".s2i/environment, line 2: expected KEY=value, found 'API_TYPE REST'\n"
                                 ".s2i/environment, line 4: expected KEY=value, found 'hello'")


def test_an_environment_file_that_is_no_text_is_named(tmp_path):
    write(tmp_path, b"MODEL_NAME=\xff")
    with pytest.raises(BadSetting, match=r"\.s2i/environment: expected UTF-8 text"):
        read(tmp_path)


def parameter(kind, value, name="a"):
    return json.dumps([{"name": name, "type": kind, "value": value}])


@pytest.mark.parametrize(("kind", "value", "expected"), [
    ("INT", "5", 5), ("INT", -5, -5), ("INT", 5.0, 5), ("FLOAT", "0.5", 0.5), ("FLOAT", 1, 1.0), ("DOUBLE", "1e3", 1000.0),
    ("STRING", "a", "a"), ("STRING", "", ""), ("STRING", 5, "5"),
    ("BOOL", "true", True), ("BOOL", "True", True), ("BOOL", "1", True), ("BOOL", "yes", True), ("BOOL", True, True),
    ("BOOL", "false", False), ("BOOL", "FALSE", False), ("BOOL", "0", False), ("BOOL", "no", False),
    ("BOOL", False, False), ("BOOL", 0, False),
])
def test_a_parameter_has_its_type(kind, value, expected, tmp_path):
    found = read(tmp_path, "M", "--parameters", parameter(kind, value)).parameters["a"]
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("text", "message"), [
    ("{", "expected a JSON list, found '{' (Expecting property name"),
    ("{}", "expected a JSON list, found '{}'"),
    ("[5]", 'expected {"name": …, "type": …, "value": …}, found 5'),
    ('[{"name": "a"}]', 'expected {"name": …, "type": …, "value": …}, found {"name": "a"}'),
    (parameter("NUMBER", 1), "type of 'a': expected one of INT, FLOAT, DOUBLE, STRING, BOOL, found 'NUMBER'"),
    (parameter([], 1), "type of 'a': expected one of INT, FLOAT, DOUBLE, STRING, BOOL, found []"),
    (parameter("INT", 1, name=[]), 'expected {"name": …, "type": …, "value": …}, found {"name": []'),
    (parameter("INT", "five"), "value of 'a': expected INT, found 'five'"),
    (parameter("INT", "1.5"), "value of 'a': expected INT, found '1.5'"),
    (parameter("INT", 1.5), "value of 'a': expected INT, found 1.5"),
    (parameter("INT", 1e999), "value of 'a': expected INT, found inf"),
    (parameter("INT", None), "value of 'a': expected INT, found None"),
    (parameter("FLOAT", "x"), "value of 'a': expected FLOAT, found 'x'"),
    (parameter("BOOL", "maybe"), "value of 'a': expected BOOL, found 'maybe'"),
])
def test_a_parameter_that_is_none_is_named(text, message, tmp_path):
    with pytest.raises(BadParameters) as caught:
        read(tmp_path, "M", "--parameters", text)
    assert str(caught.value).startswith("PREDICTIVE_UNIT_PARAMETERS: " + message)


@pytest.mark.parametrize("value", [0, -1, "often", None, float("nan")])
def test_a_period_that_is_none_is_named(value):
    with pytest.raises(BadParameters) as caught:
        push_frequency({"push_frequency": value})
    assert str(caught.value) == f"PREDICTIVE_UNIT_PARAMETERS: value of 'push_frequency': expected 0.1 to 86400, found {value!r}"


@pytest.mark.parametrize(("persistence", "found"), [("1", 7.0), ("0", 60.0)])
def test_push_frequency_is_read_if_the_state_is_kept(persistence, found, tmp_path):
    text = parameter("INT", "7", name="push_frequency")
    assert read(tmp_path, "M", "--persistence", persistence, "--parameters", text).persistence.push_frequency == found


def test_a_wrong_push_frequency_matters_only_if_the_state_is_kept(tmp_path):
    text = parameter("INT", "0", name="push_frequency")
    assert read(tmp_path, "M", "--parameters", text).parameters == {"push_frequency": 0}
    with pytest.raises(BadParameters, match="expected 0.1 to 86400, found 0"):
        read(tmp_path, "M", "--persistence", "1", "--parameters", text)


def test_the_signing_key_is_the_variable_or_the_file(tmp_path, monkeypatch):
    assert environment.read_signing_key(read(tmp_path, "M").persistence) is None
    (tmp_path / "key").write_text("f" * 16 + "\n")
    monkeypatch.setenv("PERSISTENCE", "1")
    monkeypatch.setenv("PERSISTENCE_KEY_FILE", str(tmp_path / "key"))
    assert environment.read_signing_key(read(tmp_path, "M").persistence) == b"f" * 16
    monkeypatch.setenv("PERSISTENCE_KEY", "v" * 16)
    assert environment.read_signing_key(read(tmp_path, "M").persistence) == b"v" * 16


@pytest.mark.parametrize(("content", "message"), [
    (None, "expected a readable file, found {} (No such file or directory)"),
    (b"short", "expected UTF-8 text of 16 characters or more, found something else in {}"),
    (b"\xff" * 16, "expected UTF-8 text of 16 characters or more, found something else in {}"),
])
def test_a_key_file_that_has_no_key_is_named(content, message, tmp_path, monkeypatch):
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("PERSISTENCE", "1")
    monkeypatch.setenv("PERSISTENCE_KEY_FILE", str(path))
    with pytest.raises(BadSetting) as caught:
        environment.read_signing_key(read(tmp_path, "M").persistence)
    assert str(caught.value) == f"PERSISTENCE_KEY_FILE: {message.format(path)}"


def test_the_key_of_the_state_has_the_names_of_the_deployment(tmp_path, monkeypatch):
    assert read(tmp_path, "M").persistence.name == "persistence_0_0_0"
    for name, text in (("SELDON_DEPLOYMENT_ID", "shop"), ("PREDICTOR_ID", "main"), ("PREDICTIVE_UNIT_ID", "router")):
        monkeypatch.setenv(name, text)
    assert read(tmp_path, "M").persistence.name == "persistence_shop_main_router"


def test_the_state_command_needs_no_class(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_SERVICE_HOST", "redis.shop")
    command, persistence = environment.read_state_command(["show", "3"])
    assert (command.action, command.generation, persistence.url) == ("show", 3, "redis://redis.shop:6379/0")


def test_the_types_of_parameters_are_the_historical_ones():
    assert set(PARAMETER_TYPES) == {"INT", "FLOAT", "DOUBLE", "STRING", "BOOL"}


def test_build_paths_are_s2is_own_unless_they_are_given(monkeypatch, tmp_path):
    monkeypatch.delenv("S2I_SOURCE", raising=False)
    monkeypatch.delenv("MICROSERVICE_HOME", raising=False)
    found = environment.read_build_paths()
    assert (str(found.source), str(found.home), found.source_is_upload) == ("/tmp/src", "/microservice", True)
    monkeypatch.setenv("S2I_SOURCE", str(tmp_path))
    monkeypatch.setenv("MICROSERVICE_HOME", str(tmp_path / "home"))
    found = environment.read_build_paths()
    assert (found.source, found.home, found.source_is_upload) == (tmp_path, tmp_path / "home", False)


def test_the_only_onnx_file_of_the_folder_needs_no_model_name(tmp_path):
    (tmp_path / "digits.onnx").touch()
    assert read(tmp_path).model_name == "digits.onnx"


def test_a_model_name_wins_over_the_only_onnx_file(tmp_path):
    (tmp_path / "digits.onnx").touch()
    assert read(tmp_path, "MyModel").model_name == "MyModel"


def test_of_several_onnx_files_one_has_to_be_named(tmp_path):
    for name in ("b.onnx", "a.onnx", "c.onnx.txt"):
        (tmp_path / name).touch()
    with pytest.raises(BadSetting) as raised:
        read(tmp_path)
    assert str(raised.value) == ("MODEL_NAME: expected one of the model files a.onnx, b.onnx, found nothing; "
                                 "set it in .s2i/environment, or with s2i build -e MODEL_NAME=a.onnx")
    assert read(tmp_path, "b.onnx").model_name == "b.onnx"


@pytest.mark.parametrize(("text", "name"), [("MyModel", "MyModel"), ("a.b.C", "C"), ("models/net.v1.onnx", "net.v1"),
                                            ("iris.joblib", "iris"), ("flats/MLmodel", "flats")])
def test_a_component_is_called_like_its_class_or_file(text, name, tmp_path):
    assert read(tmp_path, text).component_name == name


def test_an_engine_gets_a_thread_for_each_cpu_of_the_container_and_never_none(tmp_path, monkeypatch):
    for cpus, threads in ((0.5, 1), (1.0, 1), (3.9, 3)):
        monkeypatch.setattr(environment, "container_cpus", lambda cpus=cpus: cpus)
        assert read(tmp_path, "M").threads == threads


@pytest.mark.parametrize(("memory", "set_", "limits"), [
    (2**30, {}, (2**26, 2**26, 2**24)),
    (2**40, {}, (2**30, 2**30, 2**30)),
    (2**20, {}, (2**20, 2**20, 2**22)),
    (2**30, {"MAX_BODY_BYTES": "1000"}, (1000, 1000, 2**24)),
    (2**30, {"MAX_BODY_BYTES": "5000000000"}, (5_000_000_000, 2**26, 2**24)),
    (2**30, {"MAX_INFLATED_BYTES": "5000000000"}, (2**26, 5_000_000_000, 2**24)),
    (2**30, {"GRPC_MAX_MESSAGE_BYTES": "2147483647"}, (2**26, 2**26, 2**31 - 1)),
])
def test_the_limits_of_sizes_follow_the_memory_of_the_container(memory, set_, limits, tmp_path, monkeypatch):
    monkeypatch.setattr(values, "container_memory", lambda: memory)
    for name, text in set_.items():
        monkeypatch.setenv(name, text)
    found = read(tmp_path, "M").serving
    assert (found.max_body_bytes, found.max_inflated_bytes, found.grpc_max_message_bytes) == limits
    assert found.all_body_bytes == max(memory // 10, found.max_body_bytes)
    assert found.all_grpc_message_bytes == max(memory // 10, found.grpc_max_message_bytes)


@pytest.mark.parametrize(("mode", "set_", "found"), [("inline", None, "0"), ("inline", "1", "1"), ("separate", None, None)])
def test_only_a_server_with_the_class_in_it_keeps_grpc_out_of_children(mode, set_, found, tmp_path, monkeypatch):
    """Each thread that grpcio starts again in a child keeps the child alive."""
    name, _ = environment.NO_GRPC_IN_CHILDREN
    variables = {**os.environ, "MODEL_PROCESS": mode, name: set_}
    monkeypatch.setattr(os, "environ", {key: text for key, text in variables.items() if text is not None})
    environment.prepare_process(read(tmp_path, "M"))
    assert os.environ.get(name) == found


@pytest.mark.parametrize(("mode", "threads"), [("separate", 1), ("inline", min(2, len(os.sched_getaffinity(0))))])
def test_only_a_server_with_the_class_in_it_has_threads_of_openblas(mode, threads, tmp_path):
    code = (
        "from seldon_runtime.config import environment; settings = environment.read_settings(['M']); "
        "environment.prepare_process(settings); import numpy, threadpoolctl; "
        "print(*(pool['num_threads'] for pool in threadpoolctl.threadpool_info()), "
        "settings.component_environment['OPENBLAS_NUM_THREADS'])"
    )
    variables = {**os.environ, "MODEL_PROCESS": mode, "OPENBLAS_NUM_THREADS": "2"}
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=variables, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [str(threads), "2"]
