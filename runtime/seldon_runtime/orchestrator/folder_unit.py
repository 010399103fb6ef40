"""A unit in a folder: its class is a component under this server, in a process of its own."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from seldon_component.errors import StartError

from ..config.environment import read_unit_settings
from ..config.settings import Settings
from ..errors import BadSetting
from ..graph.unit import Unit
from ..model.factory import create_component
from ..model.interface import Model, OnChange, OnFailure
from ..model.separate.class_check import examine
from ..model.separate.component_user import choose_component_user
from ..system.timer import Timer

log = logging.getLogger(__name__)

# type in a graph -> SERVICE_TYPE of the class; every other one says it itself
_SERVICE_TYPES = {"OUTPUT_TRANSFORMER": "TRANSFORMER", "UNKNOWN_TYPE": "", "": ""}


def variables_of(unit: Unit, variables: Mapping[str, str]) -> dict[str, str]:
    """What a graph says of a unit in a folder. variables: of its container.

    The class runs in a process of its own, as the other units' classes, even if its folder says `inline`.
    """
    own = {**names_of(unit, variables), "MODEL_PROCESS": "separate"}
    if service_type := _SERVICE_TYPES.get(unit.type, unit.type):
        own["SERVICE_TYPE"] = service_type
    return own


def names_of(unit: Unit, variables: Mapping[str, str]) -> dict[str, str]:
    """What Seldon's operator tells each unit of its graph, beside the variables of its container."""
    own = {"PREDICTIVE_UNIT_ID": unit.name}
    if unit.parameters:
        listed = [{"name": each.name, "type": each.kind, "value": each.value} for each in unit.parameters]
        own["PREDICTIVE_UNIT_PARAMETERS"] = json.dumps(listed)
    return {**variables, **own}


def settings_of(unit: Unit, folder: Path, variables: Mapping[str, str]) -> Settings:
    """The settings of a unit. variables: of `variables_of`. Raises BadSetting, which names the unit."""
    with _named(unit.name):
        return read_unit_settings(folder, variables)


@contextlib.contextmanager
def _named(unit: str) -> Iterator[None]:
    """Errors name the unit. Lines of a traceback are indented, and belong to the line before."""
    try:
        yield
    except StartError as error:
        raise BadSetting(f"unit {unit!r}, {error}") from None


def create(settings: Settings, timer: Timer, on_failure: OnFailure, on_change: OnChange) -> Model:
    """The unit's Model. A class that cannot be loaded is reported to `on_failure`."""
    name = settings.unit.unit_id
    with _named(name):
        choose_component_user(settings)

    if settings.persistence.enabled:
        log.warning("unit %r, PERSISTENCE: expected 0 in a graph, found 1; its state is not kept here", name)

    def fail(exit_code: int) -> None:
        log.error("unit %r cannot be served, for the reason above: correct %s", name, settings.folder)
        on_failure(exit_code)

    return create_component(settings, timer, fail, on_change)


def methods_in(settings: Settings) -> frozenset[str]:
    """The methods of the class, which is imported for it and not constructed. Raises BadSetting, which names the unit.

    One is that the constructor does not take the unit's parameters.
    """
    with _named(settings.unit.unit_id):
        return frozenset(examine(settings)["methods"])
