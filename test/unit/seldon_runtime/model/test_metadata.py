"""seldon_runtime.model.metadata: what a component may say of itself, and what is said for it."""

import dataclasses

import pytest
from seldon_component.errors import BadMetadata, CallError, ModelError
from seldon_component.payload import Payload
from seldon_runtime.model.metadata import checked, metadata_of
from support.stub_model import StubModel, settings

ARRAY = {"messagetype": "ndarray", "schema": {"names": ["a"], "shape": [1]}}


def test_without_init_metadata_what_is_known_is_said():
    assert metadata_of(StubModel()) == {
        "name": "Iris",
        "versions": [],
        "platform": "",
        "custom": {},
        "inputs": [{"messagetype": "ndarray", "schema": {"names": ["a", "b", "c"], "shape": [3]}}],
        "outputs": [{"messagetype": "ndarray", "schema": {"names": ["no", "yes"], "shape": [2]}}],
    }


def test_without_names_nothing_is_made_up():
    found = metadata_of(StubModel(description={"name": "Iris", "class_names": [], "feature_names": []}))
    assert (found["inputs"], found["outputs"]) == ([], [])


@pytest.mark.parametrize("own", [None, {}])
def test_an_init_metadata_that_says_nothing_is_one_that_is_absent(own):
    assert metadata_of(StubModel({"metadata": Payload("jsonData", own)})) == metadata_of(StubModel())


@pytest.mark.parametrize(("image", "name", "versions"), [
    ("shop/iris:1.2", "shop/iris", ["1.2"]), ("iris", "iris", []), ("registry.shop:5000/iris", "registry.shop:5000/iris", []),
    ("registry.shop:5000/iris:1.2", "registry.shop:5000/iris", ["1.2"]), (None, "Iris", []),
])
def test_name_and_version_are_those_of_the_image(image, name, versions):
    unit = dataclasses.replace(settings().unit, image=image)
    found = metadata_of(StubModel(), unit)
    assert (found["name"], found["versions"]) == (name, versions)
    own = metadata_of(StubModel({"metadata": Payload("jsonData", {"name": "mine", "versions": ["v1"]})}), unit)
    assert (own["name"], own["versions"]) == ("mine", ["v1"])


def test_what_the_component_says_wins():
    own = {"name": "mine", "versions": ["v1"], "inputs": []}
    found = metadata_of(StubModel({"metadata": Payload("jsonData", own)}))
    assert {key: found[key] for key in own} == own
    assert found["outputs"][0]["schema"]["names"] == ["no", "yes"]


def test_an_init_metadata_that_raises_is_the_components_failure():
    with pytest.raises(ModelError, match="disk full"):
        metadata_of(StubModel({"metadata": ModelError("disk full")}))


def test_a_class_without_init_metadata_is_known_by_the_reason_that_crosses_processes():
    absent = CallError("Iris has no method metadata", reason="MICROSERVICE_NOT_IMPLEMENTED")
    assert metadata_of(StubModel({"metadata": absent}))["name"] == "Iris"


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "n", "versions": ["v"], "platform": "p", "inputs": [ARRAY], "outputs": [ARRAY], "custom": {"a": "b"}},
        {"inputs": [{"messagetype": "tensor"}, {"messagetype": "tftensor", "schema": {}}]},
        {"inputs": [{"messagetype": "jsonData", "schema": {"type": "object", "properties": {}}}]},
        {"inputs": [{"messagetype": "strData"}], "outputs": [{"messagetype": "binData"}]},
        {"inputs": [{"messagetype": "customData", "schema": {"anything": ["at", "all"]}}]},
        {"inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}]},
    ],
)
def test_metadata_of_seldon_core_1_is_taken_as_it_is(metadata):
    assert checked(metadata) is metadata


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (["name"], "metadata: expected an object, found a list"),
        ({"nome": "x"}, "metadata: 'nome' is not one of name, versions, platform, inputs, outputs, custom"),
        ({"name": 5}, "name: expected text, found 5"),
        ({"versions": "v1"}, "versions: expected a list, found 'v1'"),
        ({"versions": ["v1", 2]}, r"versions\[1\]: expected text, found 2"),
        ({"platform": None}, "platform: expected text, found null"),
        ({"inputs": {}}, "inputs: expected a list, found an object"),
        ({"inputs": ["x"]}, r"inputs\[0\]: expected an object, found 'x'"),
        ({"inputs": [{"messagetype": 5}]}, r"inputs\[0\].messagetype: expected text, found 5"),
        ({"inputs": [{"messagetype": "strData", "schema": {}}]}, r"inputs\[0\]: 'schema' is not one of messagetype"),
        (
            {"inputs": [{"messagetype": "tensor", "schema": {"dtype": 1}}]},
            r"schema: 'dtype' is not one of names, shape",
        ),
        (
            {"inputs": [{"messagetype": "tensor", "schema": {"shape": [1.5]}}]},
            r"shape\[0\]: expected an integer, found 1.5",
        ),
        (
            {"inputs": [{"messagetype": "tensor", "schema": {"shape": [True]}}]},
            r"shape\[0\]: expected an integer, found a bool",
        ),
        (
            {"inputs": [{"messagetype": "jsonData", "schema": []}]},
            r"inputs\[0\].schema: expected an object, found a list",
        ),
        (
            {"outputs": [ARRAY, {"datatype": "FLOAT"}]},
            r"outputs\[1\].datatype: expected one of BOOL, .*, found 'FLOAT'",
        ),
        ({"outputs": [{"datatype": []}]}, "expected one of BOOL, .*, found a list"),
        ({"outputs": [{"type": "x"}]}, r"outputs\[0\]: 'type' is not one of name, datatype, shape"),
        ({"custom": {"size": 3}}, "custom.size: expected text, found 3"),
    ],
)
def test_wrong_metadata_is_refused_by_the_field_and_what_was_found(metadata, message):
    with pytest.raises(BadMetadata, match=message):
        checked(metadata)
