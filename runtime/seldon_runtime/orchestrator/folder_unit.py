"""A unit in a folder: its class is a component under this server, in a process of its own."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from seldon_component.errors import StartError

from ..config.environment import read_unit_settings
from ..config.settings import Settings
from ..errors import BadSetting
from ..graph.unit import Unit
from ..model.class_check import check
from ..model.component_user import choose_component_user
from ..model.factory import create_component
from ..model.interface import Model, OnChange, OnFailure
from ..system.timer import Timer

log = logging.getLogger(__name__)

# type in a graph -> SERVICE_TYPE of the class; every other one says it itself
_SERVICE_TYPES = {"OUTPUT_TRANSFORMER": "TRANSFORMER", "UNKNOWN_TYPE": "", "": ""}


def settings_of(unit: Unit, folder: Path, python: str) -> Settings:
    """The settings of a unit. python: its interpreter. Raises BadSetting, which names the unit."""
    given = {
        "PREDICTIVE_UNIT_ID": unit.name,
        "MODEL_PYTHON": python,
        "SERVICE_TYPE": _SERVICE_TYPES.get(unit.type, unit.type),
    }
    if unit.parameters:
        listed = [{"name": each.name, "type": each.kind, "value": each.value} for each in unit.parameters]
        given["PREDICTIVE_UNIT_PARAMETERS"] = json.dumps(listed)
    try:
        return read_unit_settings(folder, {name: text for name, text in given.items() if text})
    except StartError as error:
        raise BadSetting("\n".join(f"unit {unit.name!r}, {line}" for line in str(error).splitlines())) from None


def create(settings: Settings, timer: Timer, on_failure: OnFailure, on_change: OnChange) -> Model:
    """The unit's Model. A class that cannot be loaded is reported to `on_failure`."""
    choose_component_user(settings)
    name = settings.unit.unit_id

    def fail(exit_code: int) -> None:
        log.error("unit %r cannot be served: its folder is %s", name, settings.folder)
        on_failure(exit_code)

    return create_component(settings, timer, fail, on_change)


def methods_in(settings: Settings) -> frozenset[str]:
    """The methods of the class, which is imported for it and not constructed. Raises BadSetting."""
    found = check(settings)
    if found.code:
        raise BadSetting(f"unit {settings.unit.unit_id!r}: expected a class that can be served, found the one above")
    return frozenset(found.description.get("methods", ()))
