"""One rule, the kinds of objects that it is for, and ways to break it."""

import dataclasses
from collections.abc import Callable
from typing import Any

SELDON, KSERVE, KNATIVE, MONITOR, BUDGET = "SeldonDeployment", "InferenceService", "Service", "PodMonitor", "PodDisruptionBudget"
RUNTIMES = ("ServingRuntime", "ClusterServingRuntime")
PODS = (SELDON, KSERVE, KNATIVE, *RUNTIMES)  # what pods are made of


@dataclasses.dataclass(frozen=True)
class Rule:
    """kinds: of the objects that it is for. applies: to which of these. holds: whether an object keeps it.

    spoil: changes an object that keeps it, so that it does not.
    """

    name: str
    kinds: tuple[str, ...]
    holds: Callable[[dict[str, Any]], bool]
    spoil: Callable[[dict[str, Any]], Any]
    applies: Callable[[dict[str, Any]], bool] = lambda document: True


def set_at(path, value):
    """A `spoil` that sets a value. path: keys below the object, and functions that find a part of it."""
    *parts, last = path

    def spoil(document):
        _part(document, parts)[last] = value

    return spoil


def delete_at(*path):
    """A `spoil` that deletes what is there."""
    *parts, last = path

    def spoil(document):
        del _part(document, parts)[last]

    return spoil


def _part(document, parts):
    place: Any = document
    for part in parts:
        place = part(place) if callable(part) else place[part]
    return place
