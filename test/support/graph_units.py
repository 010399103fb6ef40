"""Units of a graph at each kind of place: in a folder, behind an HTTP address, behind a gRPC address.

A unit is `test/apps/graph-unit` in a process of its own. Those with the same parameters share it, whichever graph they
stand in, so that all rows of `graph_rows` need few processes.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from seldon_runtime.config.settings import Listener, Settings
from seldon_runtime.graph.unit import Unit, read_unit
from seldon_runtime.model.interface import Model, WrappedModel
from seldon_runtime.operations.telemetry import Telemetry
from seldon_runtime.orchestrator import built_in, folder_unit
from seldon_runtime.orchestrator.node import Node, methods_of
from seldon_runtime.orchestrator.remote.grpc_unit import GrpcUnit
from seldon_runtime.orchestrator.remote.http_connections import Address, HttpConnections
from seldon_runtime.orchestrator.remote.http_unit import HttpUnit
from seldon_runtime.system.timer import Timer
from seldon_runtime.transports import Transport, create_transport
from support.server import ROOT, free_port
from support.waiting import eventually

FOLDER = ROOT / "test" / "apps" / "graph-unit"
FOLDERS, HTTP, GRPC, MIXED = "folders", "http", "grpc", "mixed"
FORMS = (FOLDERS, HTTP, GRPC, MIXED)
_LIMIT = 30.0  # seconds for the end of a unit


class Switch(WrappedModel):
    """Serves whichever graph was set last, so that one server serves all of them."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.ask = model.ask

    def set(self, model: Model) -> None:
        self._model, self.ask = model, model.ask


class Serving:
    """Transports of one model, each on a port of its own. ports: API -> its port."""

    def __init__(self, model: Model, settings: Settings, *apis: str) -> None:
        self.ports = {api: free_port() for api in apis}
        telemetry = Telemetry(settings)
        self._transports: list[Transport] = [
            create_transport(Listener(api, port), model, settings, telemetry, None) for api, port in self.ports.items()
        ]
        for transport in self._transports:
            transport.start()

    def stop(self) -> None:
        for transport in self._transports:
            transport.stop(0.0)


class Units:
    """log: the file that units write to, whose parameter `log` is not empty. folder: with their class."""

    def __init__(self, log: str, folder: Path = FOLDER) -> None:
        self._log, self._folder = log, folder
        self._timer, self._connections = Timer(), HttpConnections()
        self._components: dict[Any, tuple[Model, Settings]] = {}
        self._models: dict[Any, Model] = {}
        self._servings: list[Serving] = []
        self._stops: list[Callable[[float], None]] = []

    def node(self, graph: dict[str, Any], form: str) -> tuple[Node, dict[str, str]]:
        """The root of a graph whose units are ready, and the kind of each unit's place."""
        kinds: dict[str, str] = {}
        turn = itertools.cycle((FOLDERS, HTTP, GRPC)) if form == MIXED else itertools.repeat(form)
        root = self._node(read_unit(_with_log(graph, self._log)), turn, kinds)
        eventually(lambda: all(node.model.ready for node in root.walk()), "all units were ready")
        return root, kinds

    def stop(self) -> None:
        for stop in self._stops:
            stop(_LIMIT)
        for serving in self._servings:
            serving.stop()
        with ThreadPoolExecutor() as threads:
            for model, _ in self._components.values():
                threads.submit(model.stop, _LIMIT)
        self._connections.close()

    def _node(self, unit: Unit, turn: Iterator[str], kinds: dict[str, str]) -> Node:
        kind = kinds[unit.name] = "built in" if unit.implementation else next(turn)
        model = built_in.create(unit) if unit.implementation else self._model(unit, kind)
        children = tuple(self._node(child, turn, kinds) for child in unit.children)
        return Node(unit.name, model, methods_of(unit), children, kind)

    def _model(self, unit: Unit, kind: str) -> Model:
        key = (unit.type, unit.parameters)
        if key not in self._components:
            variables = {**folder_unit.variables_of(unit, {}), "MODEL_PYTHON": sys.executable}
            settings = folder_unit.settings_of(unit, self._folder, variables)
            model = folder_unit.create(settings, self._timer, lambda code: None, lambda: None)
            model.start()
            self._components[key] = model, settings
        component, settings = self._components[key]
        if kind == FOLDERS:
            return component
        if (kind, key) not in self._models:
            self._models[kind, key] = self._remote(kind, component, settings)
        return self._models[kind, key]

    def _remote(self, kind: str, component: Model, settings: Settings) -> Model:
        """A client of a server in front of the component."""
        api = "REST" if kind == HTTP else "GRPC"
        serving = Serving(component, settings, api)
        self._servings.append(serving)
        port = serving.ports[api]
        model: HttpUnit | GrpcUnit
        if kind == HTTP:
            model = HttpUnit(Address("127.0.0.1", port), self._connections, self._timer)
        else:
            model = GrpcUnit(f"127.0.0.1:{port}")
        model.start()
        self._stops.append(model.stop)
        return model


def _with_log(graph: dict[str, Any], log: str) -> dict[str, Any]:
    """The graph with this file in the place of the one that the rows name."""
    parameters = [{**each, "value": log} if each["name"] == "log" else each for each in graph.get("parameters", [])]
    children = [_with_log(child, log) for child in graph.get("children", [])]
    return {**graph, "parameters": parameters, "children": children}
