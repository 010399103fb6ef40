"""Settings that are allowed each by itself, and not together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

# what must not be, of the values by their names in Settings, and what to say then
_CLASHES: tuple[tuple[Callable[[Mapping[str, Any]], bool], str], ...] = (
    (
        lambda values: values["model_workers"] > 1 and values["model_process"] == "inline",
        "MODEL_WORKERS: found '{model_workers}' with MODEL_PROCESS=inline; allowed: 1, since the class is in the one "
        "process of the server then",
    ),
    (
        lambda values: values["model_workers"] > 1 and values["persistence"],
        "MODEL_WORKERS: found '{model_workers}' with PERSISTENCE=1; allowed: 1, since each process would have a state "
        "of its own, and overwrite the others'",
    ),
    (
        lambda values: values["batch_max_size"] > 1 and values["service_type"] != "MODEL",
        "BATCH_MAX_SIZE: found '{batch_max_size}' with SERVICE_TYPE={service_type}; allowed: 1, since only a MODEL's "
        "predict is batched",
    ),
)


def clashes(values: Mapping[str, Any]) -> list[str]:
    """A line for each pair of settings that contradict each other. values: field of Settings -> value."""
    return [text.format(**values) for is_there, text in _CLASHES if is_there(values)]
