"""Graphs of units that need no process: each answers as it is told."""

from __future__ import annotations

import dataclasses
from typing import Any

from seldon_component.payload import STRDATA, Payload
from seldon_runtime.config.settings import Listener
from seldon_runtime.grpc.predictions import OwnRpcs
from seldon_runtime.metrics import Metrics
from seldon_runtime.model.metered import MeteredModel
from seldon_runtime.operations.telemetry import Telemetry
from seldon_runtime.orchestrator.factory import show
from seldon_runtime.orchestrator.figures import Figures
from seldon_runtime.orchestrator.graph_model import Follow, GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.orchestrator.views import GraphViews
from seldon_runtime.orchestrator.walk import Watcher
from seldon_runtime.rest.own_paths import OwnViews
from seldon_runtime.system.timer import Timer
from seldon_runtime.transports import Transport, create_transport
from support import http_client
from support.stub_model import StubModel, settings

_METHODS: dict[str, tuple[str, ...]] = {
    "MODEL": ("predict", "send_feedback"),
    "TRANSFORMER": ("transform_input",),
    "ROUTER": ("route", "send_feedback"),
    "COMBINER": ("aggregate",),
    "": (),
}


def node(name: str, kind: str, *children: Node, place: str = "", ready: bool = True, **answers: Any) -> Node:
    """kind: a type of Seldon's. answers: method -> a Payload, or a CallError to raise; "x" if there is none."""
    usual = {method: Payload(STRDATA, "x") for method in _METHODS[kind]}
    model = StubModel({**usual, **answers}, {"name": name, "checks_health": "health_status" in answers}, ready)
    return Node(name, model, frozenset(_METHODS[kind]), children, place)


class ServedGraph:
    """model: of the whole. client: of all that is served in front of it over HTTP."""

    def __init__(self, root: Node, *watchers: Watcher, follow: Follow | None = None, name: str = "") -> None:
        self.root, self.figures = root, Figures(root.walk())
        plain = settings()
        own = dataclasses.replace(plain, unit=dataclasses.replace(plain.unit, predictor_id=name or None))
        self.metrics = Metrics(own)
        show(self.figures, self.metrics)
        graph = GraphModel(root, own, Timer(), (self.figures, *watchers), follow)
        self.model = MeteredModel(graph, self.metrics)
        self._settings, self._views = own, GraphViews(graph, root, self.figures, own)
        self.client = http_client.client(self.model, own, self.metrics, self._views.routes)

    def predict(self, text: str = "x") -> Any:
        return self.client.post("/api/v1.0/predictions", json={"strData": text})

    def create_views(self) -> OwnViews:
        return self._views.routes()

    def create_rpcs(self) -> OwnRpcs:
        return {}

    def on_port(self, port: int) -> Transport:
        """The same on a port, for who needs one. Its owner stops it."""
        telemetry = Telemetry(self._settings, self.metrics)
        listener = Listener("REST", port)
        transport = create_transport(listener, self.model, self._settings, telemetry, None, self)
        transport.start()
        return transport
