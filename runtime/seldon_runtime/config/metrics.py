"""The listener of the metrics, and whether each listener has a port of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import BadSetting
from .settings import Listener, MetricsSettings

DEFAULT_PORT = 6000  # that of Seldon Core 1.x, which its users have in their configurations of Prometheus
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
_PORT_NAME = "PREDICTIVE_UNIT_METRICS_SERVICE_PORT"
_NAMES = {"REST": "PREDICTIVE_UNIT_HTTP_SERVICE_PORT", "GRPC": "PREDICTIVE_UNIT_GRPC_SERVICE_PORT"}


def metrics_settings(values: Mapping[str, Any], listeners: tuple[Listener, ...]) -> MetricsSettings:
    """values: a variable's field -> its value. Raises BadSetting if two listeners have one port.

    Without the variable, a listener is opened only if no API has a path for metrics, as with gRPC alone.
    """
    given, taken = values["metrics_port"], {listener.port: listener.api for listener in listeners}
    if len(taken) < len(listeners):
        port, names = listeners[0].port, " and ".join(_NAMES.values())
        raise BadSetting(f"{names}: expected two ports, found {port} for both APIs; choose another one for one of them")
    if given in taken:
        raise BadSetting(f"{_PORT_NAME}: expected a port of its own, found {given}, which is {taken[given]}'s; "
                         f"choose another one, or another {_NAMES[taken[given]]}")  # fmt: skip
    port = given
    if given is None and "REST" not in taken.values() and DEFAULT_PORT not in taken:
        port = DEFAULT_PORT
    buckets = values["metrics_buckets"] or BUCKETS
    return MetricsSettings(port, values["metrics_path"], given is not None, buckets, values["metrics_executor_names"])
