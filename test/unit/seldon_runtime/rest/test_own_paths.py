"""seldon_runtime.rest.own_paths: the server's own paths."""

import dataclasses

import pytest
from seldon_component.errors import ModelError
from seldon_component.payload import Payload
from seldon_runtime.metrics import Metrics
from seldon_runtime.model.metered import MeteredModel
from seldon_runtime.rest.openapi import SERVER_PATHS
from seldon_runtime.rest.routes import PATHS
from support import http_client
from support.stub_model import DESCRIPTION, StubModel, settings


def client(model=None, metrics=None, **changes):
    return http_client.client(model or StubModel(), settings(**changes), metrics)


def error(reason, info):
    return {"status": {"status": 1, "code": -1, "reason": reason, "info": info}}


@pytest.mark.parametrize(("path", "text"), [
    ("/health/ping", "pong"), ("/api/v1.0/health/ping", "pong"), ("/live", "live"), ("/ready", "ready"),
])
def test_a_loaded_component_is_alive_and_ready(path, text):
    answer = client().get(path)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, text, "text/plain")


def test_a_component_that_is_being_loaded_is_alive_but_not_ready():
    asking = client(StubModel(ready=False, description={}))
    assert [asking.get(path).status_code for path in ("/live", "/health/ping", "/", "/seldon.json")] == [200] * 4
    answer = asking.get("/ready")
    assert (answer.status_code, answer.json) == (503, error("MICROSERVICE_UNAVAILABLE", "the component is not loaded"))


EXECUTORS = [("", ""), ("/api/v1.0", ""), ("/seldon/shop/main/api/v1.0", ""), ("", "/"), ("/", "/")]


@pytest.mark.parametrize(("before", "behind"), EXECUTORS)
def test_health_status_is_what_the_component_says(before, behind):
    asking = client(StubModel({"health_status": Payload("jsonData", {"load": 0.5})}))
    answer = asking.get(f"http://localhost{before}/health/status{behind}")
    assert (answer.status_code, answer.json) == (200, {"jsonData": {"load": 0.5}, "meta": {}})


@pytest.mark.parametrize("failure", [ModelError("disk full"), ModelError("disk full", status_code=404)])
def test_a_health_status_that_raises_is_a_503(failure):
    answer = client(StubModel({"health_status": failure})).get("/health/status")
    assert (answer.status_code, answer.json) == (503, error("MICROSERVICE_INTERNAL_ERROR", "disk full"))


@pytest.mark.parametrize(("before", "behind"), EXECUTORS)
def test_metadata_is_bare_json(before, behind):
    own = Payload("jsonData", {"name": "mine", "versions": ["v1"]})
    answer = client(StubModel({"metadata": own}, description={})).get(f"http://localhost{before}/metadata{behind}")
    assert answer.json == {
        "name": "mine",
        "versions": ["v1"],
        "platform": "",
        "inputs": [],
        "outputs": [],
        "custom": {},
    }


def test_wrong_metadata_is_a_500_that_names_the_field():
    answer = client(StubModel({"metadata": Payload("jsonData", {"versions": 1})})).get("/metadata")
    assert (answer.status_code, answer.json) == (
        500,
        error("MICROSERVICE_BAD_METADATA", "versions: expected a list, found 1"),
    )


def test_the_description_is_the_models_own():
    assert client().get("/seldon.json").json["info"]["title"] == DESCRIPTION["name"]


def test_the_page_comes_with_its_policy():
    answer = client().get("/", headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}])
def test_the_page_is_for_browsers_and_others_learn_that_the_server_lives(headers):
    answer = client().get("/", headers=headers)
    assert (answer.status_code, answer.json, answer.headers["Vary"]) == (200, {"status": "alive"}, "Accept")


@pytest.mark.parametrize("path", ["/metrics", "/prometheus"])
def test_metrics_are_those_of_the_model(path):
    metrics = Metrics(settings())
    model = MeteredModel(StubModel({"predict": Payload()}), metrics)
    asking = client(model, metrics)
    asking.post("/predict", json={"strData": "x"})
    answer = asking.get(path)
    assert answer.content_type.startswith("text/plain; version=")
    assert 'seldon_api_model_requests_total{method="predict",model_name="Iris",status="SUCCESS"} 1.0' in answer.text


@pytest.mark.parametrize("path", SERVER_PATHS)
def test_head_is_get_without_a_body(path):
    asking = client(StubModel({"health_status": Payload("strData", "healthy")}))
    head, get = asking.head(path), asking.get(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize("path", [*SERVER_PATHS, "/predict", "/seldon/shop/main/api/v0.1/predictions"])
def test_options_says_what_there_is(path):
    answer = client().options(path)
    assert (answer.status_code in (200, 204), answer.data) == (True, b"")
    assert {"GET", "OPTIONS"} < set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", PATHS["send_feedback"])
@pytest.mark.parametrize("verb", ["GET", "HEAD"])
def test_feedback_changes_the_component_and_is_taken_by_post_alone(path, verb):
    model = StubModel({"send_feedback": Payload()})
    asking = client(model)
    answer = asking.open(path, method=verb, query_string={"json": '{"reward": 1}'})
    assert (answer.status_code, answer.headers["Allow"], model.asked) == (405, "OPTIONS, POST", [])
    assert asking.post(path, json={"reward": 1}).status_code == 200
    assert asking.options(path).headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH", "TRACE", "HEAD"])
@pytest.mark.parametrize("path", ["/predict", "/ready"])
def test_any_other_verb_is_a_405_that_says_what_there_is(verb, path):
    if (verb, path) == ("HEAD", "/ready"):
        return
    answer = client().open(path, method=verb)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"] and verb not in answer.headers["Allow"].split(", ")
    assert verb == "HEAD" or answer.json["status"]["reason"] == "MICROSERVICE_METHOD_NOT_ALLOWED"


def test_no_such_path_is_a_404_that_lists_those_there_are():
    answer = client().get("/static/x")
    assert answer.status_code == 404
    for path in ("/static/x", "/predict", "/api/v1.0/feedback", "/metadata"):
        assert path in answer.json["status"]["info"]


@pytest.mark.parametrize(("protocols", "there"), [
    (("seldon",), ["/predict", "/metadata"]),
    (("v2",), ["/v2", "/metadata"]),
    (("v1", "seldon"), ["/predict", "/v1/models", "/metadata"]),
])  # fmt: skip
def test_the_404_lists_no_path_of_a_protocol_that_is_not_served(protocols, there):
    serving = dataclasses.replace(settings().serving, protocols=protocols)
    answer = client(serving=serving).get("/static/x")
    listed = answer.json["status"]["info"].partition("there are: ")[2].split(", ")
    assert [path for path in listed if path in ("/predict", "/v2", "/v1/models", "/metadata")] == there


def test_a_failure_of_our_own_is_json_without_a_traceback(monkeypatch):
    monkeypatch.setattr("seldon_runtime.rest.openapi.document", lambda *_: 1 / 0)
    answer = client().get("/seldon.json")
    assert (answer.status_code, answer.mimetype) == (500, "application/json")
    assert answer.json["status"]["reason"] == "MICROSERVICE_INTERNAL_ERROR"
    assert "division" not in answer.text
