"""seldon_runtime.v2.metadata: what is known of inputs and outputs, and requests checked against it."""

import json
from typing import Any

import numpy as np
import pytest
from seldon_component.errors import BadPayload
from seldon_component.payload import Payload
from seldon_runtime.v2.messages import InferRequest, Tensor
from seldon_runtime.v2.metadata import MetadataSource
from support.stub_model import StubModel, settings

X = {"name": "x", "datatype": "FP32", "shape": [-1, 2]}
TWO = [{"name": "a", "datatype": "FP32", "shape": [-1]}, {"name": "b", "datatype": "BYTES", "shape": [-1, 1]}]
CONTRACT = {
    "features": [{"name": "f", "ftype": "continuous", "dtype": "FLOAT", "repeat": 2}],
    "targets": [{"name": "t", "ftype": "continuous", "dtype": "INT"}],
}
MIXED = {
    "features": [
        {"name": "size", "ftype": "continuous", "dtype": "INT"},
        {"name": "kind", "ftype": "categorical", "values": ["a", "b"]},
    ],
    "targets": [],
}


def source(tmp_path, contract=None, metadata=None, **description):
    if contract is not None:
        (tmp_path / "contract.json").write_text(contract if isinstance(contract, str) else json.dumps(contract))
    model = StubModel({"metadata": Payload("jsonData", metadata)} if metadata else {}, {"name": "M", **description})
    return MetadataSource(model, settings(folder=tmp_path))


def request(*tensors):
    return InferRequest("M", [Tensor(name, datatype, shape, np.empty(shape)) for name, datatype, shape in tensors])


def entry(name, datatype, *shape):
    return {"name": name, "datatype": datatype, "shape": [*shape]}


@pytest.mark.parametrize(
    ("known", "inputs", "outputs"),
    [
        ({}, [], []),
        ({"inputs": [X], "outputs": TWO}, [X], TWO),
        ({"contract": CONTRACT}, [entry("x", "FP64", -1, 2)], [entry("x", "INT64", -1, 1)]),
        ({"contract": MIXED}, [entry("size", "INT64", -1, 1), entry("kind", "BYTES", -1, 1)], []),
        ({"contract": CONTRACT, "inputs": [X]}, [X], [entry("x", "INT64", -1, 1)]),
        ({"contract": "{"}, [], []),
        ({"trained_features": {"names": [], "count": 3}}, [entry("x", "FP64", -1, 3)], []),
        ({"contract": MIXED, "trained_features": {"names": [], "count": 3}}, [entry("size", "INT64", -1, 1), entry("kind", "BYTES", -1, 1)], []),
        ({"inputs": [{"messagetype": "tensor", "schema": {"names": ["p", "q"], "shape": [2]}}]}, [entry("x", "FP64", -1, 2)], []),
        ({"inputs": [{"messagetype": "ndarray", "schema": {"names": ["p"], "shape": [1]}, "datatype": "INT8"}]}, [entry("p", "INT8", -1, 1)], []),
        ({"inputs": [{"messagetype": "strData"}]}, [entry("x", "BYTES", -1)], []),
        ({"inputs": [{"messagetype": "jsonData", "schema": {}}, 5, {"name": "x"}, {"messagetype": "tensor", "schema": {"shape": ["a"]}}]}, [], []),
    ],
)
def test_the_first_source_that_says_something_counts(known, inputs, outputs, tmp_path):
    found = source(tmp_path, **known).document("asked")
    assert found == {"name": "asked", "versions": [], "platform": "", "inputs": inputs, "outputs": outputs}


def test_versions_and_platform_are_those_of_init_metadata(tmp_path):
    found = source(tmp_path, metadata={"versions": ["v1"], "platform": "xgboost"}, versions=["v1", 5])
    assert (found.document("M")["versions"], found.document("M")["platform"], found.versions()) == (["v1"], "xgboost", ["v1"])


def test_only_init_metadata_names_the_output(tmp_path):
    assert source(tmp_path, outputs=[X]).first_output() == "x"
    assert source(tmp_path, contract=CONTRACT).first_output() == ""
    assert source(tmp_path, outputs=[{"messagetype": "tensor", "schema": {"names": ["p"]}}]).first_output() == ""


def test_the_metadata_are_those_of_the_component_that_was_loaded_last(tmp_path):
    found = source(tmp_path, inputs=[X])
    assert found.document("M")["inputs"] == [X]
    found._model.description = {"name": "M", "inputs": TWO}
    assert found.document("M")["inputs"] == TWO


RIGHT: list[tuple[dict[str, Any], list[Any]]] = [
    ({}, [("q", "BYTES", (3, 3, 3))]),
    ({"inputs": [X]}, [("any", "INT8", (5, 2))]),
    ({"inputs": TWO}, [("b", "BYTES", (3, 1)), ("a", "FP64", (3,))]),
    ({"contract": CONTRACT}, [("any", "FP32", (1, 2))]),
    ({"contract": CONTRACT}, [("f2", "FP32", (1,)), ("f1", "INT8", (1, 1))]),
    ({"trained_features": {"names": ["p"], "count": 1}}, [("q", "BYTES", (3, 3))]),
]


@pytest.mark.parametrize(("known", "tensors"), RIGHT)
def test_inputs_that_are_declared_are_accepted(known, tensors, tmp_path):
    source(tmp_path, **known).check(request(*tensors))


def test_inputs_are_put_into_the_declared_order(tmp_path):
    for (known, tensors), names in ((RIGHT[2], ["a", "b"]), (RIGHT[4], ["f1", "f2"])):
        sent = request(*tensors)
        source(tmp_path, **known).check(sent)
        assert [tensor.name for tensor in sent.inputs] == names


@pytest.mark.parametrize(
    ("known", "tensors", "message"),
    [
        ({"inputs": [X]}, [("q", "FP32", (1, 3))], r"input 'q': expected 'x' \(FP32 \[-1, 2\]\), found FP32 \[1, 3\]"),
        ({"inputs": [X]}, [("q", "FP32", (2,))], r"input 'q': expected 'x' \(FP32 \[-1, 2\]\), found FP32 \[2\]"),
        ({"inputs": [X]}, [("q", "BYTES", (1, 2))], r"input 'q': expected 'x' .*, found BYTES"),
        ({"inputs": [X]}, [("q", "FP32", (1,)), ("r", "FP32", (1,))], r"inputs: expected 'x' \(FP32 \[-1, 2\]\), found q, r; send each of them"),
        ({"inputs": TWO}, [("a", "FP32", (1,))], r"inputs: expected 'a' \(FP32 \[-1\]\), 'b' \(BYTES \[-1, 1\]\), found a;"),
        ({"inputs": TWO}, [("a", "FP32", (1,)), ("b", "FP32", (1, 1))], r"input 'b': expected 'b' \(BYTES \[-1, 1\]\), found FP32"),
        ({"contract": CONTRACT}, [("f1", "FP32", (1,)), ("f3", "FP32", (1,))], "inputs: expected f1, f2, found f1, f3;"),
        ({"contract": CONTRACT}, [("x", "FP32", (1, 3))], r"input 'x': expected 'x' \(FP64 \[-1, 2\]\), found FP32 \[1, 3\]"),
    ],
)
def test_inputs_that_are_not_declared_are_refused_with_those_that_are(known, tensors, message, tmp_path):
    with pytest.raises(BadPayload, match=f"^{message}"):
        source(tmp_path, **known).check(request(*tensors))
