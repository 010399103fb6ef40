"""From the command line to a graph that can be served, or to a line for each reason why it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ..config.graph_arguments import GraphArguments
from ..config.settings import Settings
from ..errors import BadSetting
from ..graph.file import GraphFile, read_graph
from ..graph.unit import Unit
from . import folder_unit
from .environments import Environments
from .node import methods_of
from .nodes import Plan
from .places import FolderPlace, Place, places_of


def plan_of(arguments: GraphArguments, environments: Environments, docker: str) -> Plan:
    """What is served. Raises BadSetting: a line for each mistake, which names its unit."""
    file = read_file(arguments.file)
    number = _predictor(file, arguments.predictor)
    root = file.graphs[number]
    places = places_of(root, file, number, arguments.file.parent, arguments.units)
    settings = _settings(root, places, environments, arguments.pythons)
    return Plan(root, places, settings, docker)


def read_file(path: Path) -> GraphFile:
    """Raises BadSetting."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "other bytes"
        raise BadSetting(f"{path}: expected a file with a graph in UTF-8, found: {reason}; correct the path") from None
    return read_graph(text)


def _predictor(file: GraphFile, name: str) -> int:
    """The number of a predictor; without a name, the first."""
    names = [] if file.deployment is None else [each.get("name") for each in file.deployment["spec"]["predictors"]]
    if not name:
        return 0
    if name not in names:
        raise BadSetting(f"--predictor: expected one of {', '.join(names) or 'a SeldonDeployment'}, found {name!r}")
    return names.index(name)


def _settings(
    root: Unit, places: Mapping[str, Place], environments: Environments, pythons: Mapping[str, str]
) -> dict[str, Settings]:
    """Of each unit in a folder. Raises BadSetting."""
    found: dict[str, Settings] = {}
    wrong: list[str] = []
    for unit in root.walk():
        place = places[unit.name]
        if isinstance(place, FolderPlace):
            try:
                prepared = environments.prepare(unit.name, place.folder, pythons.get(unit.name))
                found[unit.name] = folder_unit.settings_of(unit, prepared.folder, prepared.python)
            except BadSetting as error:
                wrong.append(str(error))
    if wrong:
        raise BadSetting("\n".join(wrong))
    return found


def check_classes(plan: Plan) -> None:
    """Import the class of each unit in a folder. Raises BadSetting: a line for each method that the walk will miss."""
    wrong = [line for unit in plan.root.walk() for line in _missing(unit, plan.settings.get(unit.name))]
    if wrong:
        raise BadSetting("\n".join(wrong))


def _missing(unit: Unit, settings: Settings | None) -> Iterator[str]:
    if settings is None:
        return
    has = folder_unit.methods_in(settings)
    for method in sorted(methods_of(unit) - has - {"send_feedback"}):
        yield (
            f"unit {unit.name!r}, type {unit.type or 'nothing'}: expected a class with {method}, "
            f"found {', '.join(sorted(has)) or 'no method'}; write {method}, or correct the type"
        )
