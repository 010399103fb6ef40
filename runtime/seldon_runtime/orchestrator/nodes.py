"""Makes the nodes of a graph: the Model of each unit, by the place where the unit is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..config.settings import Settings
from ..graph.unit import Unit
from ..model.interface import Model, OnChange, OnFailure
from ..system.ports import free_port
from ..system.timer import Timer
from . import built_in, folder_unit
from .image_unit import Container, ImageUnit, command_of
from .node import Node, methods_of
from .places import BuiltInPlace, FolderPlace, GrpcPlace, HttpPlace, ImagePlace, Place
from .remote.grpc_unit import GrpcUnit
from .remote.http_connections import Address, HttpConnections
from .remote.http_unit import HttpUnit


@dataclass(frozen=True)
class Plan:
    """A graph that can be served. settings: of each unit in a folder. docker: the program."""

    root: Unit
    places: Mapping[str, Place]
    settings: Mapping[str, Settings]
    docker: str


class NodeFactory:
    """on_failure, on_change: of each unit's Model."""

    def __init__(self, plan: Plan, timer: Timer, on_failure: OnFailure, on_change: OnChange) -> None:
        self._plan, self._timer, self._on_failure, self._on_change = plan, timer, on_failure, on_change

    def create(self) -> Node:
        """The root of the graph, with all that stands below it."""
        return self._node(self._plan.root)

    def _node(self, unit: Unit) -> Node:
        place = self._plan.places[unit.name]
        children = tuple(self._node(child) for child in unit.children)
        return Node(unit.name, self._model(unit, place), methods_of(unit), children, place.in_path)

    def _model(self, unit: Unit, place: Place) -> Model:
        match place:
            case BuiltInPlace():
                return built_in.create(unit, self._on_change)
            case FolderPlace():
                settings = self._plan.settings[unit.name]
                return folder_unit.create(settings, self._timer, self._on_failure, self._on_change)
            case HttpPlace():
                return self._http(place.address)
            case GrpcPlace():
                return self._grpc(place.target)
            case ImagePlace():
                return self._image(unit, place)

    def _http(self, address: Address) -> HttpUnit:
        return HttpUnit(address, self._connections, self._timer, self._on_change)

    def _grpc(self, target: str) -> GrpcUnit:
        return GrpcUnit(target, self._on_change)

    def _image(self, unit: Unit, place: ImagePlace) -> ImageUnit:
        port = free_port()
        is_grpc = unit.endpoint.get("type") == "GRPC"
        model: Model = self._grpc(f"127.0.0.1:{port}") if is_grpc else self._http(Address("127.0.0.1", port))
        container = Container(self._plan.docker, f"seldon-graph-{port}-{unit.name}")
        variables = folder_unit.names_of(unit, place.variables)
        command = command_of(container, place.image, port, variables, is_grpc)
        return ImageUnit(model, unit.name, command, container, self._on_failure)

    @cached_property
    def _connections(self) -> HttpConnections:
        """Only a graph with HTTP units has them."""
        return HttpConnections()
