"""What the units of a graph say of themselves: metadata and status, each asked over the unit's own wire."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import Payload

from ..config.settings import Settings
from ..errors import NotFound
from ..model.health_status import HealthStatus, status_of
from ..model.metadata import metadata_of
from .meta import named
from .node import Node

_SIDE_BY_SIDE = 16  # units that are asked at a time
Found = TypeVar("Found")


def name_of(settings: Settings) -> str:
    """Of a graph: that of its predictor, as the executor has it; else that of the deployment, or ""."""
    return settings.unit.predictor_id or settings.unit.deployment_id or ""


class UnitFacts:
    """Of all units below `root`, parents first."""

    def __init__(self, root: Node, name: str) -> None:
        """name: of the graph, as the metadata have it."""
        self._root, self._name = root, name
        self._nodes = {node.name: node for node in root.walk()}
        self._health = {node.name: HealthStatus(node.model) for node in self._nodes.values()}

    def metadata(self, name: str) -> dict[str, Any]:
        """Of one unit. Raises CallError, which names it; NotFound for a unit that is not there."""
        return _asked(self._node(name), lambda node: metadata_of(node.model))

    def graph_metadata(self) -> dict[str, Any]:
        """Of the whole graph, in the form of Seldon's executor. Raises CallError, which names a unit."""
        models = self._of_all(self.metadata)
        first, last = _edges(self._root)
        return {
            "name": self._name,
            "models": models,
            "graphinputs": models[first.name]["inputs"],
            "graphoutputs": models[last.name]["outputs"],
        }

    def readiness(self) -> dict[str, str]:
        """unit -> ready or not ready. Raises Unavailable, which names the units that are not ready."""
        missing = [name for name, node in self._nodes.items() if not node.model.ready]
        if missing:
            raise Unavailable(", ".join(f"unit '{name}' is not ready" for name in missing))
        return dict.fromkeys(self._nodes, "ready")

    def health(self, name: str) -> Payload:
        """What one unit says. Raises Unavailable, which names it; NotFound for a unit that is not there."""
        return _asked(self._node(name), lambda node: self._health[node.name].read())

    def graph_health(self) -> dict[str, str]:
        """unit -> healthy. Raises Unavailable, which tells of each unit that is not."""
        found = self._of_all(self._trouble)
        wrong = [trouble for trouble in found.values() if trouble]
        if wrong:
            raise Unavailable("; ".join(wrong))
        return dict.fromkeys(found, "healthy")

    def _trouble(self, name: str) -> str:
        """Why a unit is not healthy, or ""."""
        try:
            response = self.health(name)
        except CallError as error:
            return str(error.info)
        return "" if status_of(response) < 400 else f"unit '{name}': it says that it is not healthy"

    def _node(self, name: str) -> Node:
        if name not in self._nodes:
            raise NotFound(f"unit: expected one of {', '.join(self._nodes)}, found {name!r}; correct the name")
        return self._nodes[name]

    def _of_all(self, ask: Callable[[str], Found]) -> dict[str, Found]:
        """What each unit answers, in the order of the graph."""
        with ThreadPoolExecutor(min(len(self._nodes), _SIDE_BY_SIDE)) as threads:
            return dict(zip(self._nodes, threads.map(ask, self._nodes), strict=True))


def _asked(node: Node, ask: Callable[[Node], Found]) -> Found:
    """Raises CallError, which names the unit."""
    try:
        return ask(node)
    except CallError as error:
        raise named(error, node.name) from None


def _edges(node: Node) -> tuple[Node, Node]:
    """The units whose inputs and outputs are those of the graph below a node. Of several children the first counts."""
    if not node.children:
        return node, node
    first, last = _edges(node.children[0])
    if node.input_method:
        return node, last
    return first, node if node.methods & {"aggregate", "transform_output"} else last
