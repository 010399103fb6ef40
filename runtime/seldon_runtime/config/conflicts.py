"""Settings that are each allowed alone, but not together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

# (whether the values contradict each other, the message); the values have the names of the variables' fields
_CONFLICTS: tuple[tuple[Callable[[Mapping[str, Any]], bool], str], ...] = (
    (
        lambda values: values["platform_port"] is not None and len(values["apis"]) > 1,
        "PORT: expected one API for the one port, found API_TYPE={joined_apis} with {platform_port}; set API_TYPE to "
        "REST or to GRPC, or set PREDICTIVE_UNIT_HTTP_SERVICE_PORT and PREDICTIVE_UNIT_GRPC_SERVICE_PORT",
    ),
    (
        lambda values: values["model_workers"] > 1 and values["model_process"] == "inline",
        "MODEL_WORKERS: expected 1 with MODEL_PROCESS=inline, found '{model_workers}'; "
        "set MODEL_PROCESS=separate for more processes",
    ),
    (
        lambda values: values["model_workers"] > 1 and values["persistence"],
        "MODEL_WORKERS: expected 1 with PERSISTENCE=1, found '{model_workers}'; "
        "use one process, because several would overwrite each other's state",
    ),
    (
        lambda values: values["hang_timeout"] is not None and values["model_process"] == "inline",
        "HANG_TIMEOUT_SECONDS: expected nothing with MODEL_PROCESS=inline, found '{hang_timeout:g}'; "
        "set MODEL_PROCESS=separate, because a call in the server's own process cannot be ended",
    ),
    (
        lambda values: values["batch_max_size"] > 1 and values["service_type"] not in (None, "MODEL"),
        "BATCH_MAX_SIZE: expected 1 with SERVICE_TYPE={service_type}, found '{batch_max_size}'; "
        "remove it, because only the predict of a MODEL takes batches",
    ),
    (
        lambda values: values["drain"] >= values["grace_period"] and values["drain"] > 0,
        "DRAIN_SECONDS: expected less than GRACE_PERIOD_SECONDS, which is {grace_period:g}, found '{drain:g}'; "
        "set GRACE_PERIOD_SECONDS, because requests in flight need time after the drain",
    ),
)


def conflicts(values: Mapping[str, Any]) -> list[str]:
    """A line for each two settings that contradict each other. values: a variable's field -> its value."""
    joined_apis = ",".join(values["apis"])
    return [message.format(joined_apis=joined_apis, **values) for exists, message in _CONFLICTS if exists(values)]
