"""seldon_runtime.rest.openapi: a valid description of this very service."""

import dataclasses
import json

import jsonschema
import numpy as np
import pytest
from openapi_spec_validator import validate
from seldon_component.payload import NDARRAY, Payload, first_of
from seldon_component.user_class.service_types import SERVICE_TYPES
from seldon_runtime.codec import json_codec
from seldon_runtime.rest import probes
from seldon_runtime.rest.openapi import SERVER_PATHS, document
from seldon_runtime.rest.own_paths import OwnPaths
from seldon_runtime.rest.routes import PATHS, POST_ONLY
from support.http_client import client
from support.stub_model import DESCRIPTION, StubModel, settings

EVERYTHING = {**DESCRIPTION, "methods": list(PATHS)}
EVERY_PATH = [(method, path) for method, paths in PATHS.items() for path in paths]
V1_PATHS = ["/v1/models", "/v1/models/Iris", "/v1/models/Iris:predict", "/v1/models/Iris:explain"]
EVERY_OPERATION = [(method, path, verb) for method, path in EVERY_PATH for verb in ("get", "post")
                   if verb == "post" or method not in POST_ONLY]


@pytest.fixture
def doc():
    return document(EVERYTHING, settings())


def content(doc, path):
    return doc["paths"][path]["post"]["requestBody"]["content"]


@pytest.mark.parametrize("service_type", SERVICE_TYPES)
@pytest.mark.parametrize("description", [{}, DESCRIPTION, EVERYTHING])
def test_the_document_is_valid(description, service_type):
    validate(json.loads(json_codec.dump(document(description, settings(service_type=service_type)))))


def test_it_is_called_what_the_class_is_called_and_says_its_names(doc):
    assert doc["info"]["title"] == "Iris"
    assert "no, yes" in doc["info"]["description"] and "a, b, c" in doc["info"]["description"]
    assert doc["info"]["x-seldon"] == {
        "service_type": "MODEL",
        "protocols": ["seldon", "v2", "v1"],
        "methods": list(PATHS),
        "class_names": ["no", "yes"],
        "feature_names": ["a", "b", "c"],
    }


def test_before_the_component_is_loaded_it_is_called_what_the_settings_call_it():
    assert document({}, settings())["info"]["title"] == "Iris"


def test_it_has_every_path_that_the_service_has_and_no_other(doc):
    served = set(OwnPaths(StubModel(), settings()).views)
    assert {*served, *probes.PATHS} == set(SERVER_PATHS)
    assert set(doc["paths"]) == {*SERVER_PATHS, *(path for _, path in EVERY_PATH), *V1_PATHS}


def test_without_seldons_protocol_it_has_the_servers_own_paths_alone():
    serving = dataclasses.replace(settings().serving, protocols=("v2",))
    described = document(EVERYTHING, settings(serving=serving))
    assert (set(described["paths"]), described["tags"]) == (set(SERVER_PATHS), [])
    validate(json.loads(json_codec.dump(described)))


def test_each_operation_has_a_name_of_its_own(doc):
    names = [operation["operationId"] for path in doc["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)) == len(EVERY_OPERATION) + len(SERVER_PATHS) + len(V1_PATHS)


def test_the_paths_of_v1_have_the_names_of_the_model_and_are_served():
    serving = dataclasses.replace(settings().serving, protocols=("v1",), v2_model_names=("my model", "*"))
    changed = settings(serving=serving)
    described = document(EVERYTHING, changed)["paths"]
    others = {path.replace("/Iris", "/my%20model") for path in V1_PATHS}
    assert set(described) == {*SERVER_PATHS, *V1_PATHS, *others}
    served = client(StubModel({"predict": Payload(NDARRAY, np.array([1.5]))}, EVERYTHING), changed)
    for path in set(described) - set(SERVER_PATHS):
        (verb, operation), = described[path].items()
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        found = served.open(path, method=verb.upper(), json=body)
        assert found.status_code == (200 if "200" in operation["responses"] else 501)


def test_a_prediction_of_v1_has_no_response_200_if_the_service_type_has_none():
    described = document(EVERYTHING, settings(service_type="ROUTER"))["paths"]
    assert "200" not in described["/v1/models/Iris:predict"]["post"]["responses"]


def test_what_changes_the_component_is_no_get(doc):
    for path in PATHS["send_feedback"]:
        assert list(doc["paths"][path]) == ["post"]


@pytest.mark.parametrize(("method", "path", "verb"), EVERY_OPERATION)
def test_a_method_that_the_class_lacks_is_a_501_and_no_200(method, path, verb):
    statuses = document(DESCRIPTION, settings())["paths"][path][verb]["responses"]
    assert ("200" in statuses, "501" in statuses) == ((True, False) if method in ("predict", "send_feedback") else (False, True))


def test_before_the_component_is_loaded_either_may_come():
    assert {"200", "501"} <= set(document({}, settings())["paths"]["/route"]["post"]["responses"])


@pytest.mark.parametrize(("method", "path"), EVERY_PATH)
@pytest.mark.parametrize("description", [{}, DESCRIPTION])
def test_an_example_is_a_request_that_the_component_understands(method, path, description):
    example = content(document(description, settings()), path)["application/json"]["example"]
    first = first_of(json_codec.to_content(method, json_codec.dump(example)))
    assert isinstance(first, Payload)
    assert first.data.dtype == np.float64
    assert first.data.shape == (1, 3 if description else 4)
    assert first.names == description.get("feature_names", [])


@pytest.mark.parametrize("path", [path for _, path in EVERY_PATH])
def test_an_example_is_what_its_own_schema_asks_for_in_every_spelling(doc, path):
    samples = [content(doc, path)[kind] for kind in ("application/json", "multipart/form-data")]
    if "get" in doc["paths"][path]:
        samples.append(doc["paths"][path]["get"]["parameters"][0]["content"]["application/json"])
    for sample in samples:
        jsonschema.validate(sample["example"], {**sample["schema"], "components": doc["components"]})
    form = content(doc, path)["application/x-www-form-urlencoded"]["example"]
    assert json.loads(form["json"]) == samples[0]["example"]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("SeldonMessage", {"data": {"ndarray": []}, "strData": ""}),
        ("SeldonMessage", {"binData": "no base64"}),
        ("SeldonMessageWithData", {"meta": {}}),
        ("SeldonMessageWithData", {"strData": "", "jsonData": 1}),
        ("DefaultData", {"names": []}),
        ("Tensor", {"shape": [1]}),
        ("Tensor", {"shape": [-1], "values": [1]}),
        ("Meta", {"routing": {"unit": "left"}}),
        ("Metric", {"key": "k", "type": "SUMMARY", "value": 1}),
        ("Status", {"status": 2}),
        ("Feedback", {"reward": "high"}),
        ("SeldonMessageList", {"seldonMessages": []}),
    ],
)
def test_a_schema_refuses_what_the_wire_has_no_word_for(doc, schema, value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, {**doc["components"]["schemas"][schema], "components": doc["components"]})


def test_the_answer_that_is_shown_has_the_class_names(doc):
    answer = doc["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"]
    assert answer["example"]["data"]["names"] == ["no", "yes"]
    jsonschema.validate(answer["example"], {**answer["schema"], "components": doc["components"]})


@pytest.mark.parametrize(("datatype", "shape", "dtype", "found"), [
    ("FP32", [-1, 3], "f", (1, 3)),
    ("INT64", [-1], "i", (1,)),
    ("BOOL", [2, -1], "b", (2, 1)),
    ("BYTES", [-1, 2], "U", (1, 2)),
    ("FP32", [-1, 3, 224, 224], "f", (1, 3, 224, 224)),
    ("INT64", [2000], "i", (2000,)),
])
def test_an_example_has_the_dtype_and_the_shape_of_the_components_input(datatype, shape, dtype, found):
    description = {**DESCRIPTION, "feature_names": [], "inputs": [{"name": "x", "datatype": datatype, "shape": shape}]}
    example = content(document(description, settings()), "/predict")["application/json"]["example"]
    body = json_codec.dump(example)
    payload = json_codec.to_content("predict", body)
    assert isinstance(payload, Payload)
    assert (payload.data.dtype.kind, payload.data.shape) == (dtype, found)
    assert len(body) < 10_000


def test_an_example_for_several_inputs_names_each():
    inputs = [{"name": "a", "datatype": "FP32", "shape": [-1, 2]}, {"name": "b", "datatype": "INT32", "shape": []}]
    example = content(document({**DESCRIPTION, "inputs": inputs}, settings()), "/predict")["application/json"]["example"]
    assert example == {"jsonData": {"a": [[0.5, 1.5]], "b": 0}}


@pytest.mark.parametrize("inputs", [None, "x", [1], [{"name": "x"}], [{"name": "x", "datatype": "FP32", "shape": ["N"]}],
                                    [{"messagetype": "tensor", "schema": {}}]])
def test_inputs_that_say_no_shape_leave_the_example_as_it_is(inputs):
    described, plain = document({**DESCRIPTION, "inputs": inputs}, settings()), document(DESCRIPTION, settings())
    assert content(described, "/predict") == content(plain, "/predict")
