"""The facts of an image, or of a model's folder: from its settings, and from the record of its build."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..assembly.errors import InstallFailed
from ..assembly.packages.interpreter import read_interpreter
from ..assembly.record.build_record import is_built_in, read_record
from ..config.environment import read_manifest_settings
from ..config.metrics import DEFAULT_PORT
from ..config.settings import BuildSettings, Settings
from ..config.trace_variables import TRACE_VARIABLES
from ..config.variables import VARIABLES
from .facts import Facts, Store
from .parameters import import_class, parameters
from .yaml_text import Hint

_REDIS_PORT = 6379
_WEB_PORTS = {"http": 80, "https": 443}
_THREADS = "OMP_NUM_THREADS"
_URL = "PERSISTENCE_URL"
# variables that the objects set from other facts, or that are of one machine
_SET_OTHERWISE = frozenset(
    {"API_TYPE", "PROTOCOLS", "MODEL_WORKERS", _THREADS, "GRACE_PERIOD_SECONDS", "DRAIN_SECONDS", "PERSISTENCE",
     "PREDICTIVE_UNIT_SERVICE_PORT", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT",
     "PREDICTIVE_UNIT_METRICS_SERVICE_PORT", "PREDICTIVE_UNIT_PARAMETERS", "PREDICTIVE_UNIT_IMAGE",
     "REDIS_SERVICE_HOST", "REDIS_SERVICE_PORT", "SELDON_DEPLOYMENT_ID", "PREDICTIVE_UNIT_ID", "PREDICTOR_ID",
     "PREDICTOR_LABELS", "MODEL_PYTHON", "HOST", "PORT", "POD_NAME", "POD_NAMESPACE", "BUILD_LOGLEVEL"}
)  # fmt: skip
_SECRET = frozenset(each.name for each in (*VARIABLES, *TRACE_VARIABLES) if each.secret)
_OF_A_BUILD = frozenset(BuildSettings.__dataclass_fields__)


def read_facts(folder: Path) -> tuple[Facts, tuple[str, ...]]:
    """The facts of the component in `folder`, and remarks: a sentence for each fact that could not be had.

    Raises BadSetting, or BadParameters if an argument of the constructor has no value.
    """
    settings, given = read_manifest_settings(folder)
    built = _record_of(settings, folder)
    known, remark = built.get("build", {}), ""
    if known.get("constructor") is None:  # no record, or that of an older builder
        known, remark = import_class(settings)
    measured = built.get("measured", {})
    secrets = tuple(name for name in given if name in _SECRET and not given[name].startswith("file://"))
    facts = Facts(
        **_of_settings(settings),
        service_type=settings.served_type(known),
        threads=given.get(_THREADS),
        parameters=tuple(parameters(known.get("constructor", []), settings.parameters)),
        peak_bytes=measured.get("peak_bytes"),
        load_seconds=measured.get("load_seconds"),
        given={name: text for name, text in given.items() if _is_printed(name, secrets)},
        secrets=secrets,
    )
    return facts, (remark,) if remark else ()


def _of_settings(settings: Settings) -> dict[str, Any]:
    """field of Facts -> its value."""
    return {
        "model_name": settings.component_name,
        "apis": settings.apis,
        "protocols": settings.serving.protocols,
        "http_port": settings.port_of("REST"),
        "grpc_port": settings.port_of("GRPC"),
        "metrics_port": _metrics_port(settings),
        "grace_seconds": settings.serving.grace_period,
        "drain_seconds": settings.serving.drain,
        "workers": settings.model_workers,
        "batch_size": settings.batch_max_size,
        "store": _store(settings),
        "outgoing": _outgoing(settings),
    }


def _is_printed(name: str, secrets: Sequence[str]) -> bool:
    return name not in _SET_OTHERWISE and name.lower() not in _OF_A_BUILD and name not in (*secrets, _URL)


def _record_of(settings: Settings, folder: Path) -> dict[str, Any]:
    """The record of the build of this model; {} without one, as in a folder that no build has made."""
    try:
        python = read_interpreter(settings.model_python)
    except InstallFailed:  # a Python without pip, so none of ours
        return {}
    built = is_built_in(python, folder) and read_record(python) or {}
    return built if built and built["build"]["model"] == settings.model_name else {}


def _metrics_port(settings: Settings) -> int:
    """A port of its own, so that a scrape gets through while the others are busy."""
    taken = {listener.port for listener in settings.listeners}
    return settings.metrics.port or next(port for port in range(DEFAULT_PORT, DEFAULT_PORT + 3) if port not in taken)


def _store(settings: Settings) -> Store | None:
    """None if no state is kept."""
    if not settings.persistence.enabled:
        return None
    url = urlsplit(settings.persistence.url)
    if url.scheme == "file":
        return Store(folder=unquote(url.path))
    if url.scheme != "redis" or "@" in url.netloc or url.path != "/0" or url.query or "," in url.netloc:
        return Store()
    host = url.hostname or ""
    found = Hint("redis", "the Service of Redis") if host == "localhost" else host
    return Store(host=found, port=url.port or _REDIS_PORT)


def _outgoing(settings: Settings) -> dict[str, int]:
    """What the server connects to -> its port."""
    urls = {
        "the collector of traces": settings.tracing.endpoint if settings.tracing.enabled else "",
        "the sink of the request log": settings.request_log.url or "",
        "the store of the state": settings.persistence.url if settings.persistence.enabled else "",
    }
    return {name: port for name, url in urls.items() if (port := _port_of(url))}


def _port_of(url: str) -> int:
    """0 for no URL, or for one that is not of the network. Of several hosts, the port of the last."""
    parts = urlsplit(url)
    if not parts.netloc or parts.scheme in ("file", "unix"):
        return 0
    last = urlsplit(f"//{parts.netloc.rpartition(',')[2]}")
    return last.port or _WEB_PORTS.get(parts.scheme, _REDIS_PORT)
