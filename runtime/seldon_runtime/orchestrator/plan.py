"""From the command line to a graph that can be served, or to a line for each reason why it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..config.files import ANNOTATIONS
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


def plan_of(arguments: GraphArguments, file: GraphFile, environments: Environments, docker: str) -> Plan:
    """What is served. Raises BadSetting: a line for each mistake, which names its unit."""
    number = predictor_of(file, arguments.predictor)
    root = file.graphs[number]
    places = places_of(root, file, number, arguments.file.parent, arguments.units)
    return Plan(root, places, _settings(root, places, environments, arguments.pythons), docker)


def read_file(path: Path) -> GraphFile:
    """Raises BadSetting."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "other bytes"
        raise BadSetting(f"{path}: expected a file with a graph in UTF-8, found: {reason}; correct the path") from None
    return read_graph(text)


def predictor_of(file: GraphFile, name: str) -> int:
    """The number of a predictor; without a name, the first. Raises BadSetting."""
    if not name:
        return 0
    names = [] if file.deployment is None else [each.get("name") for each in file.deployment["spec"]["predictors"]]
    if name not in names:
        raise BadSetting(f"--predictor: expected {' or '.join(names) or 'none'}, found {name!r}; correct it")
    return names.index(name)


def variables_of(file: GraphFile, number: int) -> dict[str, str]:
    """The variables that the operator would set for the graph of a predictor, and those of its annotations."""
    if file.deployment is None:
        return {}
    spec = file.deployment["spec"]
    predictor = spec["predictors"][number]
    annotations = {**(spec.get("annotations") or {}), **(predictor.get("annotations") or {})}
    names = {
        "SELDON_DEPLOYMENT_ID": (file.deployment.get("metadata") or {}).get("name", ""),
        "PREDICTOR_ID": predictor.get("name", ""),
        "PREDICTOR_LABELS": json.dumps(predictor.get("labels") or {}),
    }
    annotated = {variable: str(annotations[key]) for key, variable in ANNOTATIONS.items() if key in annotations}
    return {**{name: text for name, text in names.items() if text}, **annotated}


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
