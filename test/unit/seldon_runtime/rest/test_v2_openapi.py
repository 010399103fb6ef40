"""rest.v2_openapi: a valid description of the paths of the Open Inference Protocol."""

import pytest
from openapi_spec_validator import validate
from seldon_runtime.rest import v2_routes
from support.v2_inferences import INFER, infer, serve


def test_the_documents_are_valid_and_name_each_path():
    for path in ("/v2/docs/dataplane.json", "/v2/models/Iris/docs"):
        document = serve()[0].get(path).json
        validate(document)
        assert {*v2_routes.PATHS, INFER, "/v2/repository/models/Iris/load"} <= {*document["paths"]}


def post_of(**more):
    return serve(**more)[0].get("/v2/docs/dataplane.json").json["paths"][INFER]["post"]


@pytest.mark.parametrize(
    ("description", "tensors"),
    [
        ({}, [{"name": "x", "datatype": "FP64", "shape": [1, 3], "data": [0.5, 1.5, 2.5]}]),
        ({"feature_names": []}, [{"name": "x", "datatype": "FP64", "shape": [1, 4], "data": [0.5, 1.5, 2.5, 3.5]}]),
        ({"inputs": [{"name": "a", "datatype": "INT8", "shape": [-1, 2]}, {"name": "b", "datatype": "BYTES", "shape": [-1]}]},
         [{"name": "a", "datatype": "INT8", "shape": [1, 2], "data": [0, 1]}, {"name": "b", "datatype": "BYTES", "shape": [1], "data": ["text"]}]),
        ({"inputs": [{"name": "image", "datatype": "FP32", "shape": [-1, 3, 224, 224]}]},
         [{"name": "image", "datatype": "FP32", "shape": [1, 3, 224, 224], "data": []}]),
    ],
)  # fmt: skip
def test_the_example_of_the_document_has_the_inputs_of_the_model(description, tensors):
    found = post_of(description=description)["requestBody"]["content"]["application/json"]["example"]
    assert found == {"inputs": tensors}
    if tensors[0]["data"]:
        assert infer(found, description=description).status_code == 200


def test_the_document_says_whether_there_are_inferences():
    assert "200" in post_of(service_type="TRANSFORMER")["responses"]
    assert "200" not in post_of(service_type="ROUTER")["responses"]
