"""What one sees of a served graph: its picture, metadata and status of units, spans, metrics, and printed ways."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from google.protobuf import empty_pb2
from seldon_component.proto import classes
from support.server import ROOT, RUNTIME, Server, free_port
from support.trace_collector import INTERNAL, SERVER, TraceCollector, attributes_of
from support.waiting import eventually

APP = ROOT / "test" / "apps" / "graph-unit"
COMMAND = (sys.executable, "-m", "seldon_runtime.commands.graph")
MODEL = """
class Named(object):
    def predict(self, X, names):
        return X

    def init_metadata(self):
        return {"name": "named", "versions": ["v1"],
                "inputs": [{"messagetype": "tensor", "schema": {"names": ["a"], "shape": [1]}}],
                "outputs": [{"name": "y", "datatype": "FP64", "shape": [2, 1]}]}

    def health_status(self):
        return "fine"
"""
INPUTS = [{"messagetype": "tensor", "schema": {"names": ["a"], "shape": [1]}}]
OUTPUTS = [{"name": "y", "datatype": "FP64", "shape": [2, 1]}]
GRAPH: dict[str, Any] = {
    "name": "t",
    "type": "TRANSFORMER",
    "children": [
        {
            "name": "all",
            "type": "COMBINER",
            "children": [{"name": "http", "type": "MODEL"}, {"name": "grpc", "type": "MODEL"}, {"name": "m", "type": "MODEL"}],
        }
    ],
}
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture(scope="module")
def collector() -> Iterator[TraceCollector]:
    started = TraceCollector()
    yield started
    started.close()


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, collector: TraceCollector) -> Iterator[Server]:
    """Two of its units are one server, asked over both wires."""
    folder = tmp_path_factory.mktemp("seen")
    (folder / "Named.py").write_text(MODEL)
    (folder / "graph.json").write_text(json.dumps(GRAPH))
    traced: Any = {"TRACING": 1, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": 20}
    grpc_port = free_port()
    with ExitStack() as stack:
        variables: Any = {"MODEL_NAME": "Named", "API_TYPE": "REST,GRPC", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": grpc_port}
        unit = Server(folder, folder / "unit", RUNTIME, **traced, **variables).start()
        stack.callback(unit.stop)
        places = {"t": APP, "all": APP, "m": APP, "http": unit.url, "grpc": f"grpc://127.0.0.1:{grpc_port}"}
        options = [f"--unit={name}={place}" for name, place in places.items()]
        command: list[str | Path] = [*COMMAND, folder / "graph.json", "--trace", *options]
        served = Server(folder, folder / "served", command, API_TYPE="REST,GRPC", PREDICTIVE_UNIT_GRPC_SERVICE_PORT=free_port(), PREDICTOR_ID="main", **traced).start()
        stack.callback(served.stop)
        unit.wait_until_ready()
        yield served.wait_until_ready()


def test_each_unit_tells_its_metadata_over_its_own_wire(graph: Server) -> None:
    found = graph.get("/api/v1.0/metadata").json()
    assert list(found["models"]) == ["t", "all", "http", "grpc", "m"]
    for name in ("http", "grpc"):
        told = found["models"][name]
        assert (told["name"], told["versions"]) == ("named", ["v1"]), name
        assert told["inputs"] == INPUTS, name
        assert told["outputs"] == OUTPUTS, name
        assert graph.get(f"/api/v1.0/metadata/{name}").json() == told
    assert found["models"]["m"]["name"] == "Unit"


def ask_grpc(graph: Server, rpc: str, request: Any, response: str) -> Any:
    with grpc.insecure_channel(f"127.0.0.1:{graph.variables['PREDICTIVE_UNIT_GRPC_SERVICE_PORT']}") as channel:
        call: Any = channel.unary_unary(f"/seldon.protos.Seldon/{rpc}")
        answer = call(request.SerializeToString(), timeout=60, wait_for_ready=True)
    return classes.message_class(response).FromString(answer)


def test_metadata_over_grpc_are_those_over_rest(graph: Server) -> None:
    over_rest = graph.get("/api/v1.0/metadata").json()
    found = ask_grpc(graph, "GraphMetadata", empty_pb2.Empty(), "SeldonGraphMetadata")
    assert (found.name, set(found.models)) == ("main", set(over_rest["models"])) and over_rest["name"] == "main"
    assert [one.name for one in found.models["http"].outputs] == ["y"]
    named = classes.message_class("SeldonModelMetadataRequest")
    for name in ("http", "grpc", "m"):
        told = ask_grpc(graph, "ModelMetadata", named(name=name), "SeldonModelMetadata")
        assert told == found.models[name]
        assert list(told.versions) == over_rest["models"][name]["versions"]
    with pytest.raises(grpc.RpcError) as caught:
        ask_grpc(graph, "ModelMetadata", named(name="x"), "SeldonModelMetadata")
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error.details() == "unit: expected one of t, all, http, grpc, m, found 'x'; correct the name"


def test_each_unit_tells_its_status_over_its_own_wire(graph: Server) -> None:
    said = {"t": "healthy", "http": "fine", "grpc": "healthy"}
    for name, text in said.items():
        assert graph.get(f"/api/v1.0/status/{name}").json() == {"strData": text, "meta": {}}
    for path in ("/api/v1.0/status", "/api/v1.0/health/status"):
        assert list(graph.get(path).json()["units"]) == ["t", "all", "http", "grpc", "m"]


def test_the_picture_and_the_metrics_show_each_unit(graph: Server) -> None:
    graph.post("/api/v1.0/predictions", {"strData": "x"})
    picture, metrics = graph.get("/graph.svg"), graph.get("/metrics").text
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    for name in ("t", "all", "http", "grpc", "m"):
        assert f'data-unit="{name}"' in picture.text
        assert f'model_name="{name}"' in metrics
    assert "not ready" not in picture.text


def test_the_way_of_a_request_is_printed(graph: Server) -> None:
    graph.post("/api/v1.0/predictions", {"strData": "x", "meta": {"puid": "printed"}})
    eventually(lambda: "puid printed" in graph.errors, "the way was printed")
    block = graph.errors.split("puid printed\n")[1].splitlines()[:5]
    assert [line.split("ms")[0].split()[:2] for line in block] == [
        ["t", "transform_input"], ["all", "aggregate"], ["http", "predict"], ["grpc", "predict"], ["m", "predict"],
    ]  # fmt: skip
    assert [len(line) - len(line.lstrip()) for line in block] == [2, 4, 6, 6, 6]


# the span of a unit -> those below it
BELOW = {
    "t transform_input": ["transform_input", "wait"],
    "all aggregate": ["aggregate", "wait"],
    "m predict": ["predict", "wait"],
    "http predict": ["POST /predict"],
    "grpc predict": ["seldon.protos.Model/Predict"],
}


def send_with_trace(graph: Server) -> None:
    header = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
    body = {"strData": "x", "meta": {"puid": "p1"}}
    requests.post(f"{graph.url}/api/v1.0/predictions", json=body, headers=header, timeout=60)


def test_a_request_has_a_span_for_each_call_of_a_unit(graph: Server, collector: TraceCollector) -> None:
    send_with_trace(graph)

    def of_trace() -> list[Any]:
        return [span for span in collector.spans() if span.trace_id.hex() == TRACE]

    # the server, five units, a wait and a call of each class (t, all, m, and twice the one on the other server), and
    # two spans of that server
    eventually(lambda: len(of_trace()) == 1 + 5 + 5 * 2 + 2, lambda: f"all came: {[one.name for one in of_trace()]}")
    spans = {span.span_id: span for span in of_trace()}
    [root] = [span for span in spans.values() if span.parent_span_id.hex() == CALLER]
    assert (root.name, root.kind) == ("POST /api/v1.0/predictions", SERVER)
    units = {span.name: span for span in spans.values() if "seldon.unit" in attributes_of(span)}
    assert set(units) == set(BELOW)
    assert all(span.parent_span_id == root.span_id and span.kind == INTERNAL for span in units.values())
    assert attributes_of(units["m predict"]) == {
        "seldon.unit": "m", "seldon.method": "predict", "seldon.place": "graph-unit", "seldon.puid": "p1",
    }  # fmt: skip
    below = {name: sorted(one.name for one in of_trace() if one.parent_span_id == span.span_id) for name, span in units.items()}
    assert below == BELOW
