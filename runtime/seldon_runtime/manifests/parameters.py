"""The arguments of the class's constructor, with the values that the objects set."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seldon_component.errors import BadParameters

from ..config.settings import Settings
from ..graph.unit import Parameter
from ..model.separate import class_check

_KINDS = {bool: "BOOL", int: "INT", float: "FLOAT", str: "STRING"}  # of PREDICTIVE_UNIT_PARAMETERS


def import_class(settings: Settings) -> tuple[dict[str, Any], str]:
    """What an import of the class tells: `constructor` and `service_type`; and a remark if it failed, else ""."""
    with _output_to_standard_error():
        checked = class_check.check(settings)
    if checked.code:
        reason = f"the class could not be imported (exit code {checked.code})"
        return {}, f"parameters: {reason}; the objects have those of PREDICTIVE_UNIT_PARAMETERS alone"
    return checked.description, ""


@contextlib.contextmanager
def _output_to_standard_error() -> Iterator[None]:
    """What a class prints while it is imported must not get between the objects."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def parameters(constructor: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> Iterator[Parameter]:
    """In the order of the constructor; then those that only the server or `**kwargs` takes."""
    for argument in constructor:
        name = argument["name"]
        if name in given:
            yield _given_parameter(name, given[name])
        elif argument["type"]:
            yield Parameter(name, argument["type"], argument["value"])
        elif argument["required"]:
            raise BadParameters(
                f"PREDICTIVE_UNIT_PARAMETERS: expected a value of '{name}', which has no default, found none; "
                f'set it, for example to [{{"name": "{name}", "type": "INT", "value": "1"}}]'
            )
    known = {argument["name"] for argument in constructor}
    yield from (_given_parameter(name, value) for name, value in given.items() if name not in known)


def _given_parameter(name: str, value: Any) -> Parameter:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Parameter(name, _KINDS[type(value)], text)
