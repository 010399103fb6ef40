"""Makes the Model of a graph, with all that watches it, as `model.factory` does for a component."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..model.interface import Model, OnChange, OnFailure
from ..model.metered import MeteredModel
from ..system.timer import Timer
from .figures import Figures
from .graph_model import GraphModel
from .node import Node
from .nodes import NodeFactory, Plan

if TYPE_CHECKING:
    from ..operations.telemetry import Telemetry


class Graph:
    """A graph that is served. root, figures: once `create_model` was called."""

    root: Node
    figures: Figures

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def create_model(
        self, settings: Settings, telemetry: Telemetry, on_failure: OnFailure, on_change: OnChange, *_: object
    ) -> Model:
        """See `model.factory.create_model`."""
        timer = Timer()
        self.root = NodeFactory(self._plan, timer, on_failure, on_change).create()
        self.figures = Figures(self.root.walk())
        telemetry.metrics.views.client = self.figures.series
        return MeteredModel(GraphModel(self.root, settings, timer, (self.figures,)), telemetry.metrics)
