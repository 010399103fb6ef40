"""Makes the Model of a graph, with all that watches it, as `model.factory` does for a component."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..codec.proto_codec import encode_graph_metadata, encode_metadata, unit_of_metadata_request
from ..config.settings import Settings
from ..metrics import OF_FEEDBACK, Metrics
from ..model.interface import Model, OnChange, OnFailure
from ..model.metered import MeteredModel
from ..system.timer import Timer
from .figures import Figures
from .graph_model import GraphModel
from .node import Node
from .nodes import NodeFactory, Plan
from .places import FolderPlace
from .unit_facts import UnitFacts, name_of
from .ways import Ways

if TYPE_CHECKING:
    from ..grpc.predictions import OwnRpcs
    from ..operations.telemetry import Telemetry
    from ..rest.own_paths import OwnViews
    from .walk import Watcher


class Graph:
    """A graph that is served."""

    _root: Node  # this and the next ones: once `create_model` was called
    _figures: Figures
    _model: GraphModel
    _settings: Settings

    def __init__(self, plan: Plan, prints_ways: bool = False) -> None:
        """prints_ways: whether the way of each request is printed."""
        self._plan = plan
        self._prints_ways = prints_ways

    def create_model(
        self, settings: Settings, telemetry: Telemetry, on_failure: OnFailure, on_change: OnChange, *_: object
    ) -> Model:
        """See `model.factory.create_model`."""
        timer = Timer()
        self._settings = settings
        self._root = NodeFactory(self._plan, timer, on_failure, on_change).create()
        watchers, metered = self._spans(telemetry)
        self._figures = Figures(self._root.walk())
        show(self._figures, telemetry.metrics)
        follow = Ways(self._root).follow if self._prints_ways else None
        self._model = GraphModel(self._root, settings, timer, (self._figures, *watchers), follow)
        return metered(self._model, telemetry.metrics)

    def _spans(self, telemetry: Telemetry) -> tuple[tuple[Watcher, ...], type[MeteredModel]]:
        """What makes the spans of units, if there are any. The units in folders have some of their own."""
        if telemetry.tracer is None:
            return (), MeteredModel
        from ..model.traced import MeteredTracedModel
        from .spans import UnitSpans, traced

        folders = [name for name, place in self._plan.places.items() if isinstance(place, FolderPlace)]
        self._root = traced(self._root, telemetry.tracer, folders)
        return (UnitSpans(telemetry.tracer),), MeteredTracedModel

    def create_rpcs(self) -> OwnRpcs:
        """The RPCs that tell of the graph and of each unit, as Seldon's executor has them."""
        facts = UnitFacts(self._root, name_of(self._settings))
        return {
            ("Seldon", "ModelMetadata"): lambda body: encode_metadata(facts.metadata(unit_of_metadata_request(body))),
            ("Seldon", "GraphMetadata"): lambda _: encode_graph_metadata(facts.graph_metadata()),
        }

    def create_views(self) -> OwnViews:
        """The paths that a graph has beside those of a component."""
        from .views import GraphViews  # here, because a prediction need not wait for it

        return GraphViews(self._model, self._root, self._figures, self._settings).routes()


def show(figures: Figures, metrics: Metrics) -> None:
    """Let Prometheus see each unit, in place of the one component of which `metrics` would tell."""
    metrics.views.client = figures.client_times
    for number, (name, meaning) in enumerate(OF_FEEDBACK):  # in the order of Figures.feedback
        metrics.follow_series("COUNTER", name, meaning, partial(figures.feedback, number))
