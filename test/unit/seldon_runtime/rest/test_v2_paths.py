"""rest.v2_paths: the names and versions of the model, its readiness, and which paths there are."""

import dataclasses
import json

import pytest
from seldon_component.errors import CallError
from seldon_runtime.errors import Overloaded
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.rest import v2_routes
from seldon_runtime.rest.factory import create_application
from support.http_client import client
from support.stub_model import StubModel, settings
from support.v2_inferences import BODY, HALVES, INFER, infer, serve

NAMES = ["Iris", "other one", "é"]


@pytest.mark.parametrize(("name", "path"), list(zip(NAMES, ["Iris", "other%20one", "%C3%A9"], strict=True)))
def test_a_model_has_the_name_of_its_class_and_those_of_the_setting(name, path):
    found = infer(path=f"/v2/models/{path}/infer", v2_model_names=("other one", "é"))
    assert found.json["model_name"] == name


def test_a_unit_has_its_own_name_too_and_a_star_is_any():
    unit = dataclasses.replace(settings().unit, unit_id="node")
    served = client(StubModel({"predict": HALVES}), settings(unit=unit))
    assert served.get("/v2/models").json == {"models": ["node", "Iris"]}
    assert infer(path="/v2/models/any/infer", v2_model_names=("*",)).json["model_name"] == "any"


@pytest.mark.parametrize("end", ["", "/ready", "/infer", "/docs"])
def test_an_unknown_name_or_version_is_not_found(end):
    served = serve(description={"versions": ["v1"]})[0]
    verb = served.post if end == "/infer" else served.get
    found = verb(f"/v2/models/Other{end}", json=BODY)
    assert (found.status_code, found.json) == (404, {"error": "model: expected one of Iris, found 'Other'; V2_MODEL_NAMES adds names"})
    found = verb(f"/v2/models/Iris/versions/2{end}", json=BODY)
    assert (found.status_code, found.json) == (404, {"error": "version of Iris: expected one of v1, found '2'"})
    assert verb(f"/v2/models/Iris/versions/v1{end}", json=BODY).status_code == 200


def test_the_version_comes_back():
    assert infer(path="/v2/models/Iris/versions/v1/infer", description={"versions": ["v1"]}).json["model_version"] == "v1"


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/v2/health/live", 200, {"live": True}),
        ("/v2/health/ready", 503, {"live": True, "ready": False, "error": "the component is not loaded"}),
        ("/v2/models/Iris/ready", 503, {"name": "Iris", "ready": False, "error": "the component is not loaded"}),
        ("/v2/models/Iris/versions/1/ready", 503, {"error": "the component is not loaded"}),
    ],
)
def test_a_model_that_is_not_loaded_is_not_ready(path, status, body):
    found = serve(ready=False)[0].get(path)
    assert (found.status_code, found.json) == (status, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/health/ready", {"live": True, "ready": True}),
        ("/v2/models/Iris/ready", {"name": "Iris", "ready": True}),
        ("/v2/models", {"models": ["Iris"]}),
        ("/v2//models/", {"models": ["Iris"]}),
    ],
)
def test_a_loaded_model_is_ready(path, body):
    served = serve()[0]
    assert (served.get(path).json, served.head(path).status_code) == (body, 200)


@pytest.mark.parametrize("path", ["/v2", "/v2/"])
def test_the_server_names_its_extensions(path):
    found = serve()[0].get(path).json
    assert found["extensions"] == ["binary_tensor_data", "classification", "model_repository"]
    assert found["name"] and found["version"]


@pytest.mark.parametrize("path", ["/v2/x", "/v2/models/Iris/generate/x/y", "/v2/repository/models/Iris", "/v2/systemsharedmemory/status",
                                  "/v2/models/Iris/stats", "/v2/models/Iris/versions"])
def test_an_unknown_path_is_not_found(path):
    found = serve(v2_model_names=("*",))[0].get(path)
    assert (found.status_code, [*found.json]) == (404, ["error"])


@pytest.mark.parametrize(("verb", "path", "allow"), [
    ("GET", INFER, "OPTIONS, POST"), ("DELETE", "/v2/health/live", "GET, HEAD, OPTIONS"), ("GET", "/v2/repository/index", "OPTIONS, POST"),
])
def test_another_verb_is_not_allowed(verb, path, allow):
    found = serve()[0].open(path, method=verb)
    assert (found.status_code, [*found.json], found.headers["Allow"]) == (405, ["error"], allow)
    assert serve()[0].options(path).headers["Allow"] == allow


@pytest.mark.parametrize(
    ("ready", "body", "found"),
    [
        (True, b"", [{"name": "Iris", "version": "2", "state": "READY", "reason": ""}]),
        (True, b'{"ready":true}', [{"name": "Iris", "version": "2", "state": "READY", "reason": ""}]),
        (False, b"{}", [{"name": "Iris", "version": "2", "state": "UNAVAILABLE", "reason": "the component is not loaded"}]),
        (False, b'{"ready":true}', []),
    ],
)
def test_the_repository_has_the_one_model(ready, body, found):
    served = serve(ready=ready, description={"versions": ["1", "2"]})[0]
    assert served.post("/v2/repository/index", data=body).json == found


@pytest.mark.parametrize(("path", "status"), [("Iris/load", 200), ("Iris/unload", 501), ("X/load", 404), ("X/unload", 404)])
def test_the_model_is_loaded_and_stays_so(path, status):
    found = serve()[0].post(f"/v2/repository/models/{path}")
    assert (found.status_code, found.json if status == 200 else [*found.json]) == (status, {"name": "Iris", "load": True} if status == 200 else ["error"])


def test_the_path_of_seldons_protocol_and_that_of_v2_are_served_as_protocols_says():
    seldon, v2 = serve(protocols=("seldon",))[0], serve(protocols=("v2",))[0]
    message = {"data": {"ndarray": [[1]]}}
    assert [served.post("/predict", json=message).status_code for served in (seldon, v2)] == [200, 404]
    assert [served.post(INFER, json=BODY).status_code for served in (seldon, v2)] == [404, 200]


def test_a_full_queue_refuses_an_inference_before_its_body():
    model = StubModel()
    model.is_full = True
    application = create_application(model, settings())
    assert isinstance(application.refusal(INFER), Overloaded)
    assert application.refusal("/v2/models/Iris") is None
    assert all(path in application.urgent_paths for path in ("/v2/health/live", "/v2/health/ready", "/ready"))


def test_an_error_of_the_server_itself_has_the_form_of_the_paths_protocol():
    application, answers = create_application(StubModel(), settings()), []
    for path in (INFER, "/predict"):
        application.respond_error(HttpRequest("POST", path), lambda *answer: answers.append(answer), CallError("m"))
    assert [[*json.loads(body)] for _, _, body in answers] == [["error"], ["status"]]


def test_a_long_path_is_not_kept():
    path = "/v2/models/" + "x" * 1000 + "/infer"
    kept = v2_routes._find_kept.cache_info().currsize
    found = v2_routes.find(path)
    assert found is not None and found.route is v2_routes.INFER
    assert v2_routes._find_kept.cache_info().currsize == kept
