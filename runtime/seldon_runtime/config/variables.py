"""Every variable that a user can set, once. The reader, the usage text and docs/configuration.md follow this list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from seldon_component.model_files.names import METHODS
from seldon_component.onnx.files import ENGINE_NAMES
from seldon_component.user_class.service_types import SERVICE_TYPES

from ..errors import BadSetting
from ..system.ports import ALL
from .foreign import PLATFORM_PORT
from .log_variables import LOG_ROWS
from .parameters import parameters
from .parsers import (
    Advised,
    address,
    apis,
    boolean,
    buckets,
    json_object,
    milliseconds,
    model_name,
    names,
    number,
    one_of,
    origins,
    protocols,
    redis_port,
    signing_key,
    store_url,
    url_path,
)
from .request_log_variables import REQUEST_LOG_ROWS
from .settings import NO_ID

_EPOCH = 315532800  # 1980, the first year that a wheel can name
_DAY = 86400  # seconds: the longest time that anything here may take


class Variable(NamedTuple):
    """field: the name of its value. read: text -> value; it raises ValueError. default: a text, or None.

    secret: whether messages hide the value. example: what a message suggests, if a required variable is missing.
    """

    name: str
    field: str
    read: Callable[[str], Any]
    default: str | None
    allowed: str
    meaning: str
    secret: bool = False
    required: bool = False
    example: str = ""


_PORT = number(int, 1, 65535)
_SECONDS = number(float, 0, _DAY)
_TIMEOUT = milliseconds(1, _DAY * 1000)

# fmt: off
VARIABLES = (
    Variable("MODEL_NAME", "model_name", model_name, None, "a Python name, a dotted one, or a model file",
             "the class, or one of several model files", required=True, example="MyModel"),
    Variable("API_TYPE", "apis", apis, None, "REST, GRPC or REST,GRPC",
             "the APIs to serve; default: REST, and gRPC if its port is set"),
    Variable("PROTOCOLS", "protocols", protocols, "seldon,v2,v1", "some of seldon, v2 and v1",
             "the protocols to serve: Seldon's, KServe's V2 and V1"),
    Variable("V2_MODEL_NAMES", "v2_model_names", names, None, "names between commas, or *",
             "more names of the model for clients of V2 and V1; *: any name"),
    Variable("V2_OUTPUT_NAME", "v2_output_name", str, None, "text",
             "the name of a single V2 output; default: that of init_metadata, or output-0"),
    Variable("CE_TYPE", "ce_type", str, None, "text",
             "the type of a CloudEvent that responds; default: io.kserve.inference.response"),
    Variable("CE_SOURCE", "ce_source", str, None, "text",
             "the source of a CloudEvent that responds; default: io.kserve.inference.<name>"),
    Variable("CE_MERGE", "ce_merge", boolean, "0", "0 or 1",
             "1: a CloudEvent that responds keeps the other attributes of its request"),
    Variable("SERVICE_TYPE", "service_type", one_of(*SERVICE_TYPES), None, ", ".join(SERVICE_TYPES),
             "its part; default: by its methods"),
    Variable("PERSISTENCE", "persistence", lambda text: one_of("0", "1")(text) == "1", "0", "0 or 1",
             "1: keep the component's state in Redis or on a volume"),
    Variable("PREDICTIVE_UNIT_PARAMETERS", "parameters", parameters, "[]",
             'a JSON list of {"name", "type", "value"}', "the arguments of the constructor"),
    Variable("PREDICTIVE_UNIT_SERVICE_PORT", "port", _PORT, "5000", "1 to 65535", "the port, if one API is served"),
    Variable("PREDICTIVE_UNIT_HTTP_SERVICE_PORT", "http_port", _PORT, None, "1 to 65535", "the port for REST"),
    Variable("PREDICTIVE_UNIT_GRPC_SERVICE_PORT", "grpc_port", _PORT, None, "1 to 65535", "the port for gRPC"),
    Variable(PLATFORM_PORT, "platform_port", _PORT, None, "1 to 65535",
             "the port that Knative or Cloud Run gives, if none of the above is set"),
    Variable("HOST", "host", address, ALL, "an IP address",
             "where to listen; the default is every address, of IPv4 and IPv6"),
    Variable("PREDICTIVE_UNIT_METRICS_SERVICE_PORT", "metrics_port", _PORT, None, "1 to 65535",
             "a port for metrics; default: 6000 for gRPC alone"),
    Variable("PREDICTIVE_UNIT_METRICS_ENDPOINT", "metrics_path", url_path, "/metrics", "a path",
             "one more path of the metrics on that port"),
    Variable("LISTEN", "listen", one_of("loaded", "at-once"), "loaded", "loaded or at-once",
             "when the ports open: once the class is loaded, or before it"),
    Variable("PREDICTIVE_UNIT_ID", "unit_id", str, NO_ID, "text", "the component's name in the graph's routing"),
    Variable("SELDON_DEPLOYMENT_ID", "deployment_id", str, None, "text", "the label deployment_name of the metrics"),
    Variable("PREDICTOR_ID", "predictor_id", str, None, "text", "the label predictor_name of the metrics"),
    Variable("PREDICTOR_LABELS", "predictor_labels", json_object, "{}", "a JSON object",
             "its `version` is the label predictor_version of the metrics"),
    Variable(
        "PREDICTIVE_UNIT_IMAGE", "image", str, None, "name:version",
        "the labels model_image and model_version of the metrics"
    ),
    Variable("MODEL_PROCESS", "model_process", one_of("separate", "inline"), "separate", "separate or inline",
             "inline: the class shares the server's process; faster, less safe"),
    Variable("MODEL_PYTHON", "model_python", str, None, "a path",
             "the interpreter of the class; default: the server's"),
    Variable("MODEL_WORKERS", "model_workers", number(int, 1, 256), "1", "1 to 256",
             "how many processes of the class work in parallel, if it keeps no state"),
    Variable("MODEL_UID", "model_uid", number(int, 0, 2**32 - 2), None, "0 to 4294967294",
             "the user of the class, if the server runs as root; 0: root, too"),
    Variable("BATCH_MAX_SIZE", "batch_max_size", number(int, 1), "1", "1 or more",
             "the most rows that one call of a MODEL's predict gets; 1: no batches"),
    Variable("BATCH_MAX_DELAY_MS", "batch_max_delay", milliseconds(0, 60_000), "0", "0 to 60000",
             "how long a request may wait for others, if the class was busy"),
    Variable("ONNX_ENGINE", "onnx_engine", one_of(*ENGINE_NAMES), None, ", ".join(ENGINE_NAMES),
             "the engine of an ONNX file; default: the first one installed"),
    Variable("MODEL_METHOD", "model_method", one_of(*METHODS), None, "a method, such as predict",
             "what a model file computes; default: predict_proba, else predict"),
    Variable("SELF_TEST", "self_test", one_of("off", "import", "warn", "contract"), "warn",
             "off, import, warn or contract", "how a build checks the class: by its import or contract.json"),
    *(Variable(*row) for row in LOG_ROWS + REQUEST_LOG_ROWS),
    Variable("METRICS_BUCKETS", "metrics_buckets", buckets, None, "rising numbers between commas",
             "bounds of histograms, in seconds; default: 15, up to 30"),
    Variable("METRICS_EXECUTOR_NAMES", "metrics_executor_names", boolean, "0", "0 or 1",
             "1: show metrics under the names of Seldon's executor, too"),
    Variable("JSON_NAN", "json_nan", one_of("null", "literal"), "null", "null or literal",
             "how the server writes NaN and infinities in JSON"),
    Variable("MAX_BODY_BYTES", "max_body_bytes", number(int, 1), None, "1 or more",
             "the largest request body, else a 413; default: a 16th of the memory"),
    Variable("MAX_INFLATED_BYTES", "max_inflated_bytes", number(int, 1), None, "1 or more",
             "the same after gzip is inflated; default: MAX_BODY_BYTES or less"),
    Variable("MAX_WAITING", "max_waiting", number(int, 1), "1024", "1 or more",
             "requests that may wait for the class; one more gets a 503"),
    Variable("MAX_CONNECTIONS", "max_connections", number(int, 1), "10000", "1 or more",
             "REST clients that may be connected; one more gets a 503"),
    Variable("CORS_ORIGINS", "cors_origins", origins, None, "origins between commas, or *",
             "pages whose scripts may call, such as https://shop.example"),
    Variable("COMPRESSION_MIN_BYTES", "compression_min_bytes", number(int, 1), None, "1 or more",
             "REST responses of this size are gzipped for clients that accept it"),
    Variable("KEEP_ALIVE_SECONDS", "keep_alive", number(float, 1, _DAY), "90", "1 to 86400",
             "how long a REST connection may be without a request"),
    Variable("CLIENT_TIMEOUT_SECONDS", "client_timeout", number(float, 1, _DAY), "30", "1 to 86400",
             "how long a REST client may take for a head, or be too slow"),
    Variable("SERVER_THREADS", "server_threads", number(int, 1, 1024), "256", "1 to 1024",
             "threads that read requests; a request that waits for its response holds none"),
    Variable("GRPC_MAX_MESSAGE_BYTES", "grpc_max_message_bytes", number(int, 1, 2**31 - 1), None,
             "1 to 2147483647", "the largest gRPC request; default: a 64th of the memory"),
    Variable("REST_TIMEOUT_MS", "rest_timeout", _TIMEOUT, None, "1 to 86400000",
             "how long a REST request may take before it gets a 504"),
    Variable("GRPC_TIMEOUT_MS", "grpc_timeout", _TIMEOUT, None, "1 to 86400000",
             "how long a gRPC request may take before DEADLINE_EXCEEDED"),
    Variable("PERSISTENCE_URL", "persistence_url", store_url, None,
             "redis(s)://…, redis(s)+sentinel://…, redis(s)+cluster://…, unix://…, file://…", "the store", secret=True),
    Variable("REDIS_SERVICE_HOST", "redis_host", str, None, "a host",
             "the Redis of the state, without PERSISTENCE_URL; default: localhost"),
    Variable("REDIS_SERVICE_PORT", "redis_port", redis_port, "6379", "1 to 65535, or tcp://host:port",
             "the port of that Redis"),
    Variable("PERSISTENCE_KEY", "persistence_key", signing_key, None, "16 characters or more",
             "the secret that signs states; unsigned ones are then refused", secret=True),
    Variable("PERSISTENCE_KEY_FILE", "persistence_key_file", Path, None, "a path", "a file with that secret"),
    Variable("PERSISTENCE_TIMEOUT", "persistence_timeout", number(float, 1, _DAY), "60", "1 to 86400",
             "seconds that a start waits for the store, or for a readable state"),
    Variable("PERSISTENCE_LEASE_SECONDS", "persistence_lease", number(float, 1, _DAY), "15", "1 to 86400",
             "seconds until another replica takes over from a dead leader"),
    Variable("PERSISTENCE_HISTORY", "persistence_history", number(int, 1, 100), "3", "1 to 100",
             "how many generations of the state are kept, with the current one"),
    Variable("PERSISTENCE_MAX_BYTES", "persistence_max_bytes", number(int, 1), str(2**29), "1 or more",
             "the largest state in bytes; Redis takes at most the default"),
    Variable("PERSISTENCE_FORK", "persistence_fork", lambda text: one_of("0", "1")(text) == "1", "1", "0 or 1",
             "0: take snapshots in place, while requests wait, as inline always does"),
    Variable("RESTART_LIMIT", "restart_limit", number(int, 0), "5", "0 or more",
             "crashes in a row, with no response in between, until ON_CRASH_LOOP applies"),
    Variable("ON_CRASH_LOOP", "on_crash_loop", one_of("retry", "exit"), "retry", "retry or exit",
             "retry: refuse requests and start the class again and again; exit: end"),
    Variable("RESTART_WAIT_SECONDS", "restart_wait", _SECONDS, "10", "0 to 86400",
             "how long a request waits for a restart before it gets a 503"),
    Variable("HANG_TIMEOUT_SECONDS", "hang_timeout", number(float, 0.1, _DAY), None, "0.1 to 86400",
             "how long one call of the class may take before its process is killed"),
    Variable("GRACE_PERIOD_SECONDS", "grace_period", _SECONDS, None, "0 to 86400",
             "how long the end may take; default: 20, 9 in Seldon Core and Cloud Run"),
    Variable("DRAIN_SECONDS", "drain", _SECONDS, None, "0 to 86400",
             "how long SIGTERM lets requests come; default: 5 in Kubernetes, else 0"),
    Variable("BUILD_LOGLEVEL", "build_log_level", number(int, 0, 10), "0", "0 to 10",
             "above 0: `assemble` shows the whole output of uv and pip"),
    Variable("INSTALLER", "installer", one_of("uv", "pip"), "uv", "uv or pip",
             "what installs packages; uv: where the class's Python is 3.8 or later"),
    Variable("PIP_NO_INDEX", "pip_no_index", boolean, "0", "0 or 1",
             "1: `assemble` installs from /whl only, and names all missing packages"),
    Variable("INSTALL_EXTRAS", "install_extras", names, None, "names between commas",
             "extras of the project that `assemble` installs, too"),
    Variable("CONDA", "conda", one_of("refuse", "translate"), "translate", "refuse or translate",
             "whether packages of conda that the index lacks end the build"),
    Variable("SOURCE_DATE_EPOCH", "source_date_epoch", number(int, 0, 2**32 - 1), str(_EPOCH), "0 to 4294967295",
             "the time stamp of a build's files, in seconds since 1970"),
    Variable("CREDENTIALS_IN_IMAGE", "credentials_in_image", one_of("refuse", "warn"), "refuse", "refuse or warn",
             "what `assemble` does about a password or token in the image"),
)
# fmt: on


def read_values(
    variables: Iterable[Variable], texts: Mapping[str, str], annotation_of: Mapping[str, str]
) -> dict[str, Any]:
    """field -> value. annotation_of: variable -> the annotation that set it, because an error has to name that.

    Raises BadSetting, with a line for each text that is not allowed.
    """
    values, wrong = {}, []
    for variable in variables:
        try:
            values[variable.field] = _value(variable, texts.get(variable.name))
        except ValueError as error:
            name = annotation_of.get(variable.name, variable.name)
            found = "a value that is not shown" if variable.secret else repr(texts[variable.name])
            advice = _advice(error, texts[variable.name])
            wrong.append(f"{name}: expected {variable.allowed}, found {found}{advice}")
        else:
            if variable.required and values[variable.field] is None:
                wrong.append(missing(variable.name, variable.allowed, variable.example))
    if wrong:
        raise BadSetting("\n".join(wrong))
    return values


def _advice(error: ValueError, text: str) -> str:
    """What to do about a text that is not allowed. A shell takes quotes away; s2i and Docker keep them."""
    if isinstance(error, Advised):
        return f"; {error}"
    return "; write it without the quotes" if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else ""


def missing(name: str, allowed: str, example: str) -> str:
    """The message for a required variable that is not set."""
    advice = f"set it in .s2i/environment, or with s2i build -e {name}={example}"
    return f"{name}: expected {allowed}, found nothing; {advice}"


def _value(variable: Variable, text: str | None) -> Any:
    text = variable.default if text is None or not text.strip() else text.strip()
    return None if text is None else variable.read(text)
