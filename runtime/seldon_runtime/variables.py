"""Every variable that a user can set, once: the reader, the usage text and the README's table all follow this list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seldon_component.component import MAIN_METHODS
from seldon_component.errors import BadParameters

APIS = ("REST", "GRPC")
_DAY = 86400  # seconds: the longest time that anything here may take


@dataclass(frozen=True)
class Variable:
    """field: its name in Settings. read: text -> value, raising ValueError(what is allowed). default: text, or None."""

    name: str
    field: str
    read: Callable[[str], Any]
    default: str | None
    allowed: str
    meaning: str


def model_name(text: str) -> str:
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", text):
        raise ValueError
    return text


def apis(text: str) -> tuple[str, ...]:
    """`REST`, `GRPC` or both, in any order and case."""
    found = {word.strip().upper() for word in text.split(",")}
    if not found <= set(APIS):
        raise ValueError
    return tuple(api for api in APIS if api in found)


def one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.upper() not in allowed and text.lower() not in allowed:
            raise ValueError
        return text.upper() if text.upper() in allowed else text.lower()

    return read


def number(kind: type, least: float, most: float = float("inf")) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = kind(text)
        if not least <= value <= most:
            raise ValueError
        return value

    return read


def _milliseconds(text: str) -> float:
    return float(number(int, 1, _DAY * 1000)(text)) / 1000


def json_object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError
    return value


def parameters(text: str) -> dict[str, Any]:
    """Constructor arguments from a JSON list of {"name", "type", "value"}. Raises BadParameters."""
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise BadParameters(f"PREDICTIVE_UNIT_PARAMETERS: a JSON list expected, found {text!r} ({error})") from None
    if not isinstance(entries, list):
        raise BadParameters(f"PREDICTIVE_UNIT_PARAMETERS: a JSON list expected, found {text!r}")
    return dict(_parameter(entry) for entry in entries)


def _parameter(entry: Any) -> tuple[str, Any]:
    if not (isinstance(entry, dict) and {"type", "value"} <= entry.keys() and isinstance(entry.get("name"), str)):
        raise BadParameters(
            f'PREDICTIVE_UNIT_PARAMETERS: {{"name": …, "type": …, "value": …}} expected, found {json.dumps(entry)}'
        )
    name, kind, value = entry["name"], entry["type"], entry["value"]
    if not isinstance(kind, str) or kind not in PARAMETER_TYPES:
        raise BadParameters(
            f"PREDICTIVE_UNIT_PARAMETERS: type of '{name}': "
            f"one of {', '.join(PARAMETER_TYPES)} expected, found {kind!r}"
        )
    try:
        return name, PARAMETER_TYPES[kind](value)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise BadParameters(f"PREDICTIVE_UNIT_PARAMETERS: '{name}' is {value!r}, which is no {kind}") from None


def _int(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError
    return int(value)


def _bool(value: Any) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return words[str(value).strip().lower()]


PARAMETER_TYPES: dict[str, Callable[[Any], Any]] = {
    "INT": _int,
    "FLOAT": float,
    "DOUBLE": float,
    "STRING": str,
    "BOOL": _bool,
}

_PORT = number(int, 1, 65535)
_SECONDS = number(float, 0, _DAY)

# an annotation of the pod -> the variable that it sets
ANNOTATIONS = {
    "seldon.io/grpc-max-message-size": "GRPC_MAX_MESSAGE_BYTES",
    "seldon.io/rest-timeout": "REST_TIMEOUT_MS",
    "seldon.io/grpc-timeout": "GRPC_TIMEOUT_MS",
}

# fmt: off
VARIABLES = (
    Variable("MODEL_NAME", "model_name", model_name, None, "a Python name, or a dotted one",
             "the class to serve: `MyModel` is class MyModel in MyModel.py"),
    Variable("API_TYPE", "apis", apis, "REST", "REST, GRPC or REST,GRPC", "what to serve"),
    Variable("SERVICE_TYPE", "service_type", one_of(*MAIN_METHODS), "MODEL", ", ".join(MAIN_METHODS),
             "which methods the class has"),
    Variable("PERSISTENCE", "persistence", lambda text: one_of("0", "1")(text) == "1", "0", "0 or 1",
             "keep the component's state in Redis; not in this version yet: 1 warns, and keeps nothing"),
    Variable("PREDICTIVE_UNIT_PARAMETERS", "parameters", parameters, "[]",
             'a JSON list of {"name", "type", "value"}', "arguments of the constructor"),
    Variable("PREDICTIVE_UNIT_SERVICE_PORT", "port", _PORT, "5000", "1 to 65535", "port of the one API served"),
    Variable("PREDICTIVE_UNIT_HTTP_SERVICE_PORT", "http_port", _PORT, None, "1 to 65535", "port for REST"),
    Variable("PREDICTIVE_UNIT_GRPC_SERVICE_PORT", "grpc_port", _PORT, None, "1 to 65535", "port for gRPC"),
    Variable("PREDICTIVE_UNIT_ID", "unit_id", str, "0", "text", "this component's name in the graph's routing"),
    Variable("SELDON_DEPLOYMENT_ID", "deployment_id", str, None, "text", "label deployment_name of the metrics"),
    Variable("PREDICTOR_ID", "predictor_id", str, None, "text", "label predictor_name of the metrics"),
    Variable(
        "PREDICTOR_LABELS",
        "predictor_labels",
        json_object,
        "{}",
        "a JSON object",
        "its `version` is the label predictor_version of the metrics",
    ),
    Variable(
        "PREDICTIVE_UNIT_IMAGE", "image", str, None, "name:version", "labels model_image, model_version of the metrics"
    ),
    Variable("MODEL_PROCESS", "model_process", one_of("separate", "inline"), "separate", "separate or inline",
             "inline: the class shares the server's process and Python 3; faster, less safe"),
    Variable("MODEL_PYTHON", "model_python", str, None, "a path", "the class's interpreter; default: the server's own"),
    Variable("SELF_TEST", "self_test", one_of("off", "import", "contract"), "contract", "off, import or contract",
             "what ends a build that would not serve: nothing; a class that cannot be imported; "
             "or, where there is a contract.json, also an answer that does not fit it"),
    Variable("LOG_LEVEL", "log_level", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO",
             "DEBUG, INFO, WARNING or ERROR", "how much the server logs"),
    Variable("JSON_NAN", "json_nan", one_of("null", "literal"), "null", "null or literal",
             "how NaN and infinities go out in JSON"),
    Variable("MAX_BODY_BYTES", "max_body_bytes", number(int, 1), str(2**30), "1 or more",
             "the largest request body; larger ones get a 413"),
    Variable("SERVER_THREADS", "server_threads", number(int, 1, 1024), "256", "1 to 1024",
             "requests that the server holds at a time; the class itself answers one by one"),
    Variable("GRPC_MAX_MESSAGE_BYTES", "grpc_max_message_bytes", number(int, 1, 2**31 - 1), str(2**30),
             "1 to 2147483647", "the largest gRPC request; larger ones get RESOURCE_EXHAUSTED"),
    Variable("REST_TIMEOUT_MS", "rest_timeout", _milliseconds, None, "1 to 86400000",
             "how long a REST request waits for the class before its 504"),
    Variable("GRPC_TIMEOUT_MS", "grpc_timeout", _milliseconds, None, "1 to 86400000",
             "how long a gRPC request waits for the class before its DEADLINE_EXCEEDED"),
    Variable("RESTART_LIMIT", "restart_limit", number(int, 0), "5", "0 or more",
             "crashes in a row, with no answer in between, before the container exits"),
    Variable("RESTART_WAIT_SECONDS", "restart_wait", _SECONDS, "10", "0 to 86400",
             "how long a request waits for a restarting component before its 503"),
    Variable("GRACE_PERIOD_SECONDS", "grace_period", _SECONDS, "20", "0 to 86400",
             "how long requests in flight may take after SIGTERM"),
)
# fmt: on
