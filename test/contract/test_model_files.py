"""Model files served as they are, each by its real library, in the model's own Python. TorchScript is not among them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from seldon_component.model_files import files
from support.contract_servers import Column, ContractServer
from support.pythons import CURRENT, DEFAULT
from support.transports.seldon import Grpc, Rest

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "test" / "apps" / "model-files"
# one of each kind of iris
ROWS = [[5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 4.2, 1.3], [6.5, 3.0, 5.5, 2.1]]
COLUMNS = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
IRISES = ("sklearn-joblib", "sklearn-pkl", "sklearn-skops", "xgboost-json", "xgboost-ubj", "lightgbm", "catboost", "keras")
# loads each file as the component does, in one process, because the libraries are slow to import
LOADER = """
import json, os, sys
import numpy
from seldon_component.component import Component
from seldon_component.model_files import files, model
from seldon_component.payload import Payload
for folder in sys.argv[2:]:
    (name,) = files.models_in(folder)
    found = Component(model.class_of(name, folder, None, 1)(), "MODEL", "unit")
    response = found.call("predict", Payload("ndarray", numpy.array(json.loads(sys.argv[1]))))
    metadata = found.call("metadata", Payload()).data
    written = found._found.user.loaded.written(os.path.join(folder, name))
    print(json.dumps([os.path.basename(folder), response.data.tolist(), response.names, metadata,
                      [each.version for each in written], [each.installed() for each in written]]))
"""


@pytest.fixture(scope="module")
def asked(model_files_python):
    """app -> what its file says of ROWS, the names, the metadata, and the versions that wrote it and that are installed."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "runtime"), "KERAS_BACKEND": "jax"}
    command = [model_files_python, "-c", LOADER, json.dumps(ROWS), *(str(APPS / app) for app in IRISES)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {found[0]: found[1:] for found in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def iris(serve, model_files_python) -> ContractServer:
    found: ContractServer = serve("iris.joblib", Column("separate", None), folder=APPS / "sklearn-joblib",
                                  MODEL_PYTHON=model_files_python)
    return found


@pytest.fixture(scope="module")
def flats(serve, model_files_python) -> ContractServer:
    """An MLflow model with a signature of three types of columns."""
    found: ContractServer = serve("MLmodel", Column("separate", None), folder=APPS / "mlflow", MODEL_PYTHON=model_files_python)
    return found


@pytest.mark.parametrize("app", IRISES)
def test_each_library_says_the_probabilities_of_its_file(app, asked):
    found = np.array(asked[app][0])
    assert found.argmax(1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    if app == "keras":  # its weights are those of the pipeline
        np.testing.assert_allclose(found, asked["sklearn-joblib"][0], atol=1e-5)


@pytest.mark.parametrize("app", IRISES)
def test_the_inputs_and_outputs_are_those_of_the_file(app, asked):
    _, names, metadata, *_ = asked[app]
    if app == "keras":
        assert metadata["inputs"] == [{"name": "flower", "datatype": "FP32", "shape": [-1, 4]}]
    else:
        columns = [name.replace(" ", "_") if app == "lightgbm" else name for name in COLUMNS]
        assert metadata["inputs"] == [{"messagetype": "ndarray", "datatype": "FP64", "schema": {"names": columns, "shape": [4]}}]
    assert [output["shape"] for output in metadata["outputs"]] == [[-1, 3]]
    has_classes = metadata["custom"]["method"] == "predict_proba"
    assert names == (["0", "1", "2"] if has_classes else ["t:0", "t:1", "t:2"])
    assert has_classes == (app.startswith("sklearn") or app == "catboost")


@pytest.mark.parametrize("app", IRISES)
def test_a_file_says_which_version_wrote_it(app, asked):
    for written, installed in zip(*asked[app][3:], strict=True):
        assert written.split(".")[0] == installed.split(".")[0]
        assert "." in written or app == "lightgbm"


@pytest.mark.parametrize("transport", [Rest, Grpc])
def test_both_wires_carry_the_probabilities(transport, iris, asked):
    message = {"data": {"names": COLUMNS, "tensor": {"shape": [3, 4], "values": [value for row in ROWS for value in row]}}}
    answer = iris.wire(transport).ask("predict", message).message
    tensor = answer.data.tensor if transport is Grpc else answer["data"]["tensor"]
    values = tensor.values if transport is Grpc else tensor["values"]
    np.testing.assert_allclose(np.reshape(values, (3, 3)), asked["sklearn-joblib"][0])


def test_columns_in_another_order_and_by_name_say_the_same(iris, asked):
    backwards = {"data": {"names": COLUMNS[::-1], "ndarray": [row[::-1] for row in ROWS]}}
    by_name = {"jsonData": [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]}
    for message in (backwards, by_name):
        answer = iris.wire(Rest).ask("predict", message).message
        data = answer["data"]
        found = data.get("ndarray") or np.reshape(data["tensor"]["values"], (3, 3))
        np.testing.assert_allclose(found, asked["sklearn-joblib"][0])


def infer(server, *inputs):
    name = "iris" if len(inputs) == 1 else "MLmodel"
    sent = [{"name": key, "datatype": datatype, "shape": list(np.shape(data)), "data": data} for key, datatype, data in inputs]
    return requests.post(f"{server.url}/v2/models/{name}/infer", json={"inputs": sent}, timeout=60)


def test_v2_names_the_output_after_the_method(iris, asked):
    (output,) = infer(iris, ("x", "FP64", ROWS)).json()["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("predict_proba", "FP64", [3, 3])
    np.testing.assert_allclose(np.reshape(output["data"], (3, 3)), asked["sklearn-joblib"][0])


def test_a_row_of_another_width_is_a_400_that_lists_the_columns(iris):
    answer = iris.wire(Rest).ask("predict", {"data": {"ndarray": [[1, 2, 3]]}})
    assert answer.status == 400
    assert answer.message["status"]["info"] == f"data: expected shape [?, 4] for the columns {', '.join(COLUMNS)}, found [1, 3]"


FLATS: dict[str, Any] = {"city": ["Bonn", "Köln"], "rooms": [2, 3], "area": [40.0, 60.0]}
RENTS = [300 + 9 * 40, 300 + 9 * 60 + 50]


def assert_that_the_example_fits(server: ContractServer) -> None:
    document = requests.get(server.url + "/seldon.json", timeout=60).json()
    body = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    answer = requests.post(server.url + "/predict", json=body["example"], timeout=60)
    assert answer.status_code == 200, answer.text


def test_the_example_of_the_description_fits(iris):
    assert_that_the_example_fits(iris)


@pytest.mark.parametrize("message", [
    {"jsonData": FLATS},
    {"jsonData": [dict(zip(FLATS, row, strict=True)) for row in zip(*FLATS.values(), strict=True)]},
    {"data": {"names": list(FLATS), "ndarray": [list(row) for row in zip(*FLATS.values(), strict=True)]}},
], ids=["columns", "records", "ndarray"])
def test_mlflows_columns_have_the_types_of_the_signature(message, flats):
    answer = flats.wire(Rest).ask("predict", message).message
    found = answer["data"].get("ndarray") or answer["data"]["tensor"]["values"]
    np.testing.assert_allclose(found, RENTS)


def test_v2_has_one_input_for_each_of_mlflows_columns(flats):
    types = {"city": "BYTES", "rooms": "INT64", "area": "FP64"}
    described = requests.get(f"{flats.url}/v2/models/MLmodel", timeout=60).json()
    assert {tensor["name"]: tensor["datatype"] for tensor in described["inputs"]} == types
    (output,) = infer(flats, *((name, types[name], values) for name, values in FLATS.items())).json()["outputs"]
    np.testing.assert_allclose(output["data"], RENTS)


def test_a_value_that_the_signature_does_not_take_is_a_400(flats):
    answer = flats.wire(Rest).ask("predict", {"jsonData": {**FLATS, "rooms": [2.5, 3]}})
    assert (answer.status, answer.message["status"]["info"]) == (400, "input 'rooms': expected int64, found 2.5")
    answer = flats.wire(Rest).ask("predict", {"jsonData": {"city": ["Bonn"]}})
    assert (answer.status, answer.message["status"]["info"]) == (
        400, "jsonData: expected the columns city, rooms, area, found city")


def test_the_example_of_an_mlflow_models_description_fits(flats):
    assert_that_the_example_fits(flats)


def test_the_metadata_say_what_is_asked_and_by_which_library(flats):
    said = requests.get(flats.url + "/metadata", timeout=60).json()
    assert (said["name"], said["platform"], said["custom"]["method"]) == ("MLmodel", "mlflow", "predict")
    assert said["custom"]["library"].startswith("MLflow ")
    assert said["inputs"][0] == {"messagetype": "ndarray", "datatype": "BYTES", "schema": {"names": ["city"], "shape": [1]}}


@pytest.mark.skipif(CURRENT != DEFAULT, reason=f"inline needs this server to be on Python {DEFAULT}")
@pytest.mark.parametrize("app", IRISES)
def test_inline_each_file_says_the_same(app, asked, serve, model_files_python):
    (name,) = files.models_in(APPS / app)
    server = serve(name, Column("inline", None), folder=APPS / app, MODEL_PYTHON=model_files_python, KERAS_BACKEND="jax")
    answer = server.wire(Rest).ask("predict", {"data": {"ndarray": ROWS}}).message["data"]
    np.testing.assert_allclose(answer.get("ndarray") or answer["tensor"]["values"], asked[app][0], rtol=1e-6)
    assert answer["names"] == asked[app][1]


@pytest.mark.skipif(CURRENT != DEFAULT, reason=f"inline needs this server to be on Python {DEFAULT}")
def test_inline_an_mlflow_model_says_the_same(serve, model_files_python):
    server = serve("MLmodel", Column("inline", None), folder=APPS / "mlflow", MODEL_PYTHON=model_files_python)
    answer = server.wire(Rest).ask("predict", {"jsonData": FLATS}).message["data"]
    np.testing.assert_allclose(answer.get("ndarray") or answer["tensor"]["values"], RENTS)
