"""What Prometheus is told of each unit, under the orchestrators' names."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from seldon_component.errors import ModelError
from seldon_component.payload import NDARRAY, STRDATA, Feedback, Payload
from seldon_runtime.metrics import Metrics
from seldon_runtime.model.metered import MeteredModel
from seldon_runtime.orchestrator.factory import show
from seldon_runtime.orchestrator.figures import Figures
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.system.timer import Timer
from support import http_client
from support.graph_nodes import ServedGraph, node
from support.stub_model import ask, settings

OF_PREDICTOR = {"deployment_name": "shop", "predictor_name": "main", "predictor_version": "v2"}
CLIENT = "seldon_api_executor_client_requests_seconds"


class Counted:
    """A graph in a predictor, over HTTP."""

    def __init__(self, root: Node) -> None:
        plain = settings()
        unit = dataclasses.replace(
            plain.unit,
            unit_id="",
            deployment_id="shop",
            predictor_id="main",
            predictor_labels={"version": "v2"},
            image=None,
        )
        own = dataclasses.replace(plain, unit=unit, metrics=dataclasses.replace(plain.metrics, executor_names=True))
        self.metrics, figures = Metrics(own), Figures(root.walk())
        show(figures, self.metrics)
        self.model = MeteredModel(GraphModel(root, own, Timer(), (figures,)), self.metrics)
        self.client = http_client.client(self.model, own, self.metrics)

    def predict(self) -> None:
        self.client.post("/api/v1.0/predictions", json={"strData": "x"})

    def series(self, name: str) -> list[tuple[dict[str, str], float]]:
        """(labels, value) of each sample, which strict parsers of both formats take."""
        openmetrics = self.client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        list(read_openmetrics(openmetrics.text))
        found: dict[Any, float] = {}
        for family in read_text(self.client.get("/metrics").text):
            for sample in family.samples:
                if sample.name == name:
                    labels = tuple(sorted(sample.labels.items()))
                    assert labels not in found, f"{name}{labels} twice"
                    found[labels] = sample.value
        return [(dict(labels), value) for labels, value in found.items()]


def router() -> Node:
    models = [
        node("a", "MODEL", place="registry:5000/models/a:1.2"),
        node("b", "MODEL", place="http://localhost:9000", predict=ModelError("no", status_code=418)),
    ]
    return node("r", "ROUTER", *models, place="folder", route=Payload(NDARRAY, np.array([-1])))


@pytest.fixture
def counted() -> Counted:
    return Counted(router())


def test_each_unit_has_its_times_under_the_executors_names(counted: Counted) -> None:
    counted.predict()
    counted.predict()
    common = {**OF_PREDICTOR, "method": "post"}
    found = {labels["model_name"]: (labels, value) for labels, value in counted.series(f"{CLIENT}_count")}
    of_a = {"model_name": "a", "model_image": "registry:5000/models/a", "model_version": "1.2", "service": "/predict"}
    assert found == {
        "r": (
            {**common, "model_name": "r", "model_image": "folder", "service": "/route", "code": "200", "status": "200"},
            2,
        ),
        "a": ({**common, **of_a, "code": "200", "status": "200"}, 2),
        "b": ({**common, "model_name": "b", "service": "/predict", "code": "418", "status": "418"}, 2),
    }


def test_the_graph_itself_has_those_of_the_executors_server(counted: Counted) -> None:
    counted.predict()
    [(labels, value)] = counted.series("seldon_api_executor_server_requests_seconds_count")
    assert value == 1
    assert labels == {**OF_PREDICTOR, "method": "post", "service": "predictions", "code": "418", "status": "418"}


def test_who_looks_at_the_picture_is_not_counted() -> None:
    graph = ServedGraph(node("m", "MODEL"))
    for path in ("/graph", "/graph.svg", "/api/v1.0/status", "/metadata"):
        assert graph.client.get(path).status_code == 200
    counted = re.findall(r'seldon_api_server_requests_total{.*route="(.*?)"', graph.client.get("/metrics").text)
    assert counted == ["/metadata"]


def test_feedback_and_rewards_are_counted_for_each_unit_on_the_way(counted: Counted) -> None:
    for reward in (0.5, 0.25, -1.0, float("nan")):
        response = Payload(STRDATA, "x", meta={"routing": {"r": 0}})
        ask(counted.model, "send_feedback", Feedback(Payload(), response, reward, Payload()))
    totals = {
        name: {
            labels["model_name"]: value for labels, value in counted.series(f"seldon_api_model_feedback{name}_total")
        }
        for name in ("", "_reward", "_negative_reward")
    }
    assert totals == {
        "": {"r": 4, "a": 4, "b": 0},
        "_reward": {"r": 0.75, "a": 0.75, "b": 0},
        "_negative_reward": {"r": 1, "a": 1, "b": 0},
    }


def test_metrics_of_a_unit_are_counted_once_under_its_name() -> None:
    metric = {"type": "COUNTER", "key": "calls", "value": 2.0}
    own = Payload(STRDATA, "x", meta={"metrics": [metric]})
    graph = Counted(node("t", "TRANSFORMER", node("m", "MODEL", predict=own), transform_input=own))
    graph.predict()
    found = {labels["model_name"]: value for labels, value in graph.series("calls_total")}
    assert found == {"t": 2, "m": 2}
