"""`seldon-core-graph` itself: units on Python 2.7 and 3.6 in folders, one behind HTTP, one behind gRPC, in one graph."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from google.protobuf import json_format
from support.generated import pb2
from support.graph_rows import ROWS
from support.graph_units import FOLDER
from support.grpc_client import Client
from support.heaps import heaps_beside_the_first
from support.server import Server, free_port

_ROW = next(row for row in ROWS if row.name == "a graph of every kind")
_COMMAND = (sys.executable, "-m", "seldon_runtime.commands.graph")


def unit_server(name: str, service_type: str, api: str, scratch: Path) -> Server:
    parameters = json.dumps([{"name": "name", "type": "STRING", "value": name}])
    return Server(
        FOLDER,
        scratch,
        MODEL_NAME="Unit",
        SERVICE_TYPE=service_type,
        API_TYPE=api,
        PREDICTIVE_UNIT_PARAMETERS=parameters,
        PREDICTIVE_UNIT_GRPC_SERVICE_PORT=free_port(),
    ).start()


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, model_python_of: Callable[[str], str]) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("graph")
    file = folder / "graph.json"
    file.write_text(json.dumps(_ROW.graph))
    with ExitStack() as stack:
        http = unit_server("m", "MODEL", "REST", folder / "m")
        stack.callback(http.stop)
        grpc = unit_server("c", "COMBINER", "REST,GRPC", folder / "c")
        stack.callback(grpc.stop)
        places = {name: str(FOLDER) for name in "trno"}
        places |= {"m": http.url, "c": f"grpc://127.0.0.1:{grpc.variables['PREDICTIVE_UNIT_GRPC_SERVICE_PORT']}"}
        pythons = {"t": model_python_of("2.7"), "n": model_python_of("3.6")}
        options = [f"--unit={name}={place}" for name, place in places.items()]
        options += [f"--python={name}={python}" for name, python in pythons.items()]
        command = (*_COMMAND, str(file), *options)
        served = Server(
            folder, folder / "served", command, API_TYPE="REST,GRPC", PREDICTIVE_UNIT_GRPC_SERVICE_PORT=free_port()
        ).start()
        stack.callback(served.stop)
        yield served.wait_until_ready()


def test_it_serves_units_of_every_place_over_rest(graph: Server) -> None:
    found = graph.post("/api/v1.0/predictions", _ROW.request).json()
    assert found["meta"].pop("requestPath").keys() == {"t", "r", "c", "m", "n"}
    expected = {key: value for key, value in _ROW.response["meta"].items() if key != "requestPath"}
    assert found == {**_ROW.response, "meta": expected}


def test_it_serves_units_of_every_place_over_grpc(graph: Server) -> None:
    client = Client(graph.variables["PREDICTIVE_UNIT_GRPC_SERVICE_PORT"])
    found = client.call("Seldon", "Predict", json_format.ParseDict(_ROW.request, pb2.SeldonMessage()))
    client.channel.close()
    assert found.strData == _ROW.response["strData"]
    assert dict(found.meta.routing) == _ROW.response["meta"]["routing"]


def test_all_threads_of_the_graph_share_one_heap(graph: Server) -> None:
    """glibc gives back the free end of the first heap only."""
    assert heaps_beside_the_first(graph.process.pid) == []
