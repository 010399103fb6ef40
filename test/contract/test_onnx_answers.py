"""ONNX files served as they are: each engine says what numpy makes of the same weights, over each wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import requests
from support.contract_servers import Column, ContractServer
from support.onnx_models import MODELS
from support.transports.seldon import Grpc, Rest

ENGINES = ("ngraph", "onnxruntime", "openvino")
SERVED = [(engine, name) for engine in ENGINES for name in MODELS if name != "wine_trees" or engine == "onnxruntime"]
TOLERANCE: dict[str, Any] = {"rtol": 0, "atol": 1e-5}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Each model, made once, in a folder of its own."""
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in MODELS.items()}


@pytest.fixture(scope="module")
def serve_on(serve, request):
    """`serve_on(engine, path)`: the server of a file; nGraph is the only one that this Python does not have itself."""
    def serve_file(engine, path):
        python = {"MODEL_PYTHON": request.getfixturevalue("ngraph_python")} if engine == "ngraph" else {}
        return serve(path.name, Column("separate", None), folder=path.parent, ONNX_ENGINE=engine, **python)
    return serve_file


@pytest.fixture(scope="module", params=SERVED, ids="-".join)
def served(request, made, serve_on):
    """(model, its server)."""
    engine, name = request.param
    return made[name], serve_on(engine, made[name].path)


@pytest.fixture(scope="module", params=ENGINES)
def digits(request, made, serve_on: Callable[..., ContractServer]) -> ContractServer:
    """The dense network on each engine."""
    return serve_on(request.param, made["digits_dense"].path)


def request_of(model, rows):
    if model.path.stem == "wine":
        return {"jsonData": {"taste": rows[:, :6].tolist(), "colour": rows[:, 6:].tolist()}}
    if model.path.stem == "trees":
        return {"jsonData": {"sample": rows.tolist()}}
    return {"data": {"tensor": {"shape": list(rows.shape), "values": rows.ravel().tolist()}}}


@pytest.mark.parametrize("rows", [1, 3, 64, 100])
def test_an_answer_is_what_numpy_says_over_both_wires(rows, served):
    model, server = served
    message = request_of(model, model.rows[:rows])
    said = [server.wire(Rest).ask("predict", message).message, server.wire(Grpc).ask("predict", message).message]
    for array in (from_json(said[0]), from_proto(said[1])):
        np.testing.assert_allclose(array, model.expected[:rows], **TOLERANCE)


def from_json(message):
    if "jsonData" in message:
        return np.array(message["jsonData"]["probabilities"])
    tensor = message["data"]["tensor"]
    return np.array(tensor["values"]).reshape(tensor["shape"])


def from_proto(message):
    if message.HasField("jsonData"):
        rows = message.jsonData.struct_value.fields["probabilities"].list_value.values
        return np.array([[value.number_value for value in row.list_value.values] for row in rows])
    return np.array(message.data.tensor.values).reshape(message.data.tensor.shape)


def test_the_example_of_the_description_fits(served):
    _, server = served
    document = requests.get(server.url + "/seldon.json", timeout=60).json()
    body = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    answer = requests.post(server.url + "/predict", json=body["example"], timeout=60)
    assert answer.status_code == 200, answer.text


def test_the_names_come_from_the_model(digits):
    answer = digits.wire(Rest).ask("predict", {"data": {"ndarray": [[0] * 64]}}).message
    assert answer["data"]["names"] == [f"probability:{digit}" for digit in range(10)]


def test_the_metadata_come_from_the_model(digits):
    said = requests.get(digits.url + "/metadata", timeout=60).json()
    assert said["name"] == "digits"
    assert said["inputs"] == [{"name": "pixels", "datatype": "FP32", "shape": [-1, 64]}]
    assert said["outputs"] == [{"name": "probability", "datatype": "FP32", "shape": [-1, 10]}]


@pytest.mark.parametrize("transport", [Rest, Grpc])
@pytest.mark.parametrize(("array", "words"), [
    ([[0.5] * 63], "64], found [1, 63]"),
    ([["a"] * 64], "input 'pixels': expected float32, found 'a'"),
    ([[1e39] * 64], "input 'pixels': expected float32, found 1e+39"),
])
def test_what_the_model_cannot_take_is_a_400_that_says_what_it_takes(array, words, transport, digits):
    answer = digits.wire(transport).ask("predict", {"data": {"ndarray": array}})
    assert answer.status == 400
    assert words in (answer.message if transport is Grpc else answer.message["status"]["info"])
