"""The paths that a graph has, as Seldon's executor has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from openapi_spec_validator import validate
from seldon_component.errors import ModelError, NotImplementedByModel
from seldon_component.payload import JSONDATA, NDARRAY, STRDATA, Payload
from seldon_runtime.graph.unit import read_unit
from seldon_runtime.orchestrator.built_in import create
from seldon_runtime.orchestrator.node import Node, methods_of
from seldon_runtime.orchestrator.unit_facts import UnitFacts
from support.graph_nodes import ServedGraph, node

NONE = {"versions": [], "platform": "", "inputs": [], "outputs": [], "custom": {}}


def ends(unit: str) -> Payload:
    """Metadata whose inputs and outputs name the unit."""
    return Payload(JSONDATA, {"name": unit, "inputs": tensors(f"{unit} in"), "outputs": tensors(f"{unit} out")})


def tensors(name: str) -> list[dict[str, Any]]:
    return [{"name": name, "datatype": "FP64", "shape": [1]}]


def told(name: str, kind: str, *children: Node) -> Node:
    return node(name, kind, *children, metadata=ends(name))


def output(name: str, *children: Node) -> Node:
    built = told(name, "", *children)
    return Node(name, built.model, frozenset({"transform_output"}), children)


@pytest.mark.parametrize(
    ("root", "first", "last"),
    [
        (told("m", "MODEL"), "m", "m"),
        (told("t", "TRANSFORMER", told("m", "MODEL")), "t", "m"),
        (told("m", "MODEL", told("n", "MODEL"), told("o", "MODEL")), "m", "n"),
        (output("o", told("m", "MODEL")), "m", "o"),
        (told("c", "COMBINER", told("m", "MODEL"), told("n", "MODEL")), "m", "c"),
        (told("r", "ROUTER", told("t", "TRANSFORMER", told("m", "MODEL")), told("n", "MODEL")), "t", "m"),
        (told("r", "ROUTER"), "r", "r"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_the_inputs_and_outputs_of_a_graph_are_those_of_its_edges(root: Node, first: str, last: str) -> None:
    found = UnitFacts(root, "main").graph_metadata()
    assert list(found) == ["name", "models", "graphinputs", "graphoutputs"]
    assert (found["graphinputs"], found["graphoutputs"]) == (tensors(f"{first} in"), tensors(f"{last} out"))


@pytest.mark.parametrize("path", ["/metadata", "/api/v1.0/metadata", "/seldon/ns/name/api/v1.0/metadata"])
def test_metadata_tell_of_each_unit_parents_first(path: str) -> None:
    own = Payload(JSONDATA, {"name": "mine", "versions": ["v1"]})
    root = node("t", "TRANSFORMER", node("m", "MODEL", metadata=own), metadata=NotImplementedByModel("none"))
    answer = ServedGraph(root, name="main").client.get(path).json
    assert answer == {
        "name": "main",
        "models": {"t": {"name": "t", **NONE}, "m": {**NONE, "name": "mine", "versions": ["v1"]}},
        "graphinputs": [],
        "graphoutputs": [],
    }
    assert list(answer["models"]) == ["t", "m"]


def test_metadata_of_one_unit() -> None:
    client = ServedGraph(told("t", "TRANSFORMER", told("m", "MODEL"))).client
    assert client.get("/api/v1.0/metadata/m").json == {**NONE, **ends("m").data}


def test_metadata_that_fail_name_their_unit() -> None:
    client = ServedGraph(node("t", "TRANSFORMER", node("m", "MODEL", metadata=ModelError("lost")))).client
    for path in ("/metadata", "/api/v1.0/metadata/m"):
        answer = client.get(path)
        assert answer.status_code == 500 and answer.json["status"]["info"] == "unit 'm': lost"


def test_a_built_in_unit_has_metadata_and_is_healthy() -> None:
    unit = read_unit({"name": "s", "implementation": "SIMPLE_MODEL"})
    client = ServedGraph(Node("s", create(unit), methods_of(unit))).client
    assert client.get("/api/v1.0/metadata/s").json == {"name": "", **NONE}
    assert client.get("/api/v1.0/status/s").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1.0/metadata/x", "/api/v1.0/status/x"])
def test_a_unit_that_is_not_there_is_a_404_that_names_those_that_are(path: str) -> None:
    answer = ServedGraph(node("t", "TRANSFORMER", node("m", "MODEL"))).client.get(path)
    assert answer.status_code == 404
    assert answer.json["status"]["info"] == "unit: expected one of t, m, found 'x'; correct the name"


def test_a_graph_is_ready_once_all_units_are() -> None:
    graph = ServedGraph(node("t", "TRANSFORMER", node("m", "MODEL", ready=False), node("n", "MODEL", ready=False)))
    missing = "unit 'm' is not ready, unit 'n' is not ready"
    for path in ("/ready", "/api/v1.0/status"):
        answer = graph.client.get(path)
        assert (answer.status_code, answer.json["status"]["info"]) == (503, missing)
    assert graph.client.get("/live").status_code == 200
    for each in graph.root.walk():
        each.model.ready = True  # type: ignore[misc]
    assert graph.client.get("/ready").status_code == 200
    assert graph.client.get("/api/v1.0/status").json == {
        "status": "ok",
        "units": {"t": "ready", "m": "ready", "n": "ready"},
    }


@pytest.mark.parametrize("path", ["/health/status", "/api/v1.0/health/status"])
def test_the_health_of_a_graph_is_that_of_all_units(path: str) -> None:
    well = node("t", "TRANSFORMER", node("m", "MODEL", health_status=Payload(STRDATA, "fine")))
    assert ServedGraph(well).client.get(path).json == {"status": "ok", "units": {"t": "healthy", "m": "healthy"}}
    sick = [
        node("a", "MODEL", health_status=ModelError("disk full")),
        node("b", "MODEL", health_status=Payload(NDARRAY, np.array([False]))),
    ]
    answer = ServedGraph(node("t", "TRANSFORMER", *sick)).client.get(path)
    assert answer.status_code == 503
    assert answer.json["status"]["info"] == "unit 'a': disk full; unit 'b': it says that it is not healthy"


def test_the_status_of_a_unit_is_what_it_says() -> None:
    units = [
        node("a", "MODEL", health_status=Payload(JSONDATA, {"load": 0.5})),
        node("b", "MODEL", health_status=ModelError("disk full")),
        node("c", "MODEL", ready=False),
    ]
    client = ServedGraph(node("t", "TRANSFORMER", *units)).client
    assert client.get("/api/v1.0/status/a").json == {"jsonData": {"load": 0.5}, "meta": {}}
    for name, info in (("b", "disk full"), ("c", "the component is not loaded")):
        answer = client.get(f"/api/v1.0/status/{name}")
        assert (answer.status_code, answer.json["status"]["info"]) == (503, f"unit '{name}': {info}")


def test_the_openapi_document_has_the_paths_of_a_graph() -> None:
    root = node("t", "TRANSFORMER", node("m", "MODEL"))
    document = ServedGraph(root, name="main").client.get("/seldon.json").json
    validate(document)
    assert document["info"]["title"] == "main" and "Units: t, m." in document["info"]["description"]
    assert "200" in document["paths"]["/predict"]["post"]["responses"]
    assert "200" not in document["paths"]["/transform-input"]["post"]["responses"]
    [parameter] = document["paths"]["/api/v1.0/status/{unit}"]["get"]["parameters"]
    assert parameter["schema"]["enum"] == ["t", "m"]
    assert {"/graph", "/graph.svg", "/api/v1.0/status", "/api/v1.0/metadata/{unit}"} < document["paths"].keys()


def test_a_path_that_is_not_there_names_those_of_a_graph() -> None:
    info = ServedGraph(node("m", "MODEL")).client.get("/nothing").json["status"]["info"]
    for path in ("/graph", "/api/v1.0/metadata/<name>", "/api/v1.0/status/<name>"):
        assert path in info
