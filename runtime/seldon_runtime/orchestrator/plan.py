"""From the command line to a graph that can be served, or to a line for each reason why it cannot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..config.environment import read_unit_build
from ..config.files import ANNOTATIONS
from ..config.graph_arguments import GraphArguments
from ..config.settings import Listener, Settings
from ..errors import BadSetting
from ..graph.file import GraphFile, read_graph
from ..graph.unit import Unit
from . import folder_unit
from .checks import check_pythons, own_addresses, without_image
from .environments import Environments
from .nodes import Plan
from .places import FolderPlace, ImagePlace, Place, containers_in, places_of


def plan_of(
    arguments: GraphArguments,
    file: GraphFile,
    environments: Environments,
    docker: str,
    listeners: Sequence[Listener],
) -> Plan:
    """What is served. docker: the program. listeners: of the graph.

    Raises BadSetting: a line for each mistake, which names its unit.
    """
    number = predictor_of(file, arguments.predictor)
    root = file.graphs[number]
    places = places_of(root, _containers(file, number), arguments.file.parent, arguments.units)
    check_pythons(places, arguments.pythons)
    if lines := [*own_addresses(places, listeners), *without_image(places, docker)]:
        raise BadSetting("\n".join(lines))
    return Plan(root, places, _settings(root, places, environments, arguments.pythons), docker)


def _containers(file: GraphFile, number: int) -> dict[str, ImagePlace]:
    if file.deployment is None:
        return {}
    return containers_in(file.deployment["spec"]["predictors"][number], _names_of(file, number))


def read_file(path: Path) -> GraphFile:
    """Raises BadSetting."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "other bytes"
        raise BadSetting(f"{path}: expected a file with a graph in UTF-8, found: {reason}; correct the path") from None
    return read_graph(text, is_local=True)


def predictor_of(file: GraphFile, name: str) -> int:
    """The number of a predictor; one without a name is the only one. Raises BadSetting."""
    names = [] if file.deployment is None else [each["name"] for each in file.deployment["spec"]["predictors"]]
    if not name and len(names) < 2:
        return 0
    if name not in names:
        found, advice = repr(name) if name else "several", f"say --predictor {names[0]}" if names else "leave it out"
        raise BadSetting(f"--predictor: expected {' or '.join(names) or 'none'}, found {found}; {advice}")
    return names.index(name)


def variables_of(file: GraphFile, number: int) -> dict[str, str]:
    """The variables of a predictor's graph: those that the operator sets, and those of its annotations."""
    if file.deployment is None:
        return {}
    spec = file.deployment["spec"]
    predictor = spec["predictors"][number]
    annotations = {**(spec.get("annotations") or {}), **(predictor.get("annotations") or {})}
    annotated = {variable: str(annotations[key]) for key, variable in ANNOTATIONS.items() if key in annotations}
    return {**_names_of(file, number), **annotated}


def _names_of(file: GraphFile, number: int) -> dict[str, str]:
    """The variables that the operator sets for each container of a predictor."""
    if file.deployment is None:
        return {}
    predictor = file.deployment["spec"]["predictors"][number]
    names = {
        "SELDON_DEPLOYMENT_ID": (file.deployment.get("metadata") or {}).get("name", ""),
        "PREDICTOR_ID": predictor["name"],
        "PREDICTOR_LABELS": json.dumps(predictor.get("labels") or {}),
    }
    return {name: text for name, text in names.items() if text}


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
                found[unit.name] = _unit_settings(unit, place, environments, pythons.get(unit.name))
            except BadSetting as error:
                wrong.append(str(error))
    if wrong:
        raise BadSetting("\n".join(wrong))
    return found


def _unit_settings(unit: Unit, place: FolderPlace, environments: Environments, python: str | None) -> Settings:
    """What is wrong with a folder is said before it is built, because that takes a while."""
    variables = folder_unit.variables_of(unit, place.variables)
    model_name = folder_unit.settings_of(unit, place.folder, variables).model_name
    of_build = read_unit_build({**variables, "MODEL_NAME": model_name})
    prepared = environments.prepare(unit.name, place.folder, python, of_build)
    return folder_unit.settings_of(unit, prepared.folder, {**variables, "MODEL_PYTHON": prepared.python})
