"""PREDICTIVE_UNIT_PARAMETERS: the arguments of the class's constructor."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from seldon_component.errors import BadParameters


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
