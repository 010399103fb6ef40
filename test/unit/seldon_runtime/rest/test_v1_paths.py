"""The paths of KServe's V1."""

import json

import numpy as np
import pytest
from seldon_component.errors import CallError, ModelError
from seldon_component.payload import Payload
from seldon_runtime.errors import Overloaded
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.rest.v1_paths import V1Paths
from seldon_runtime.system.thread_pool import ThreadPool
from support.stub_model import StubModel, settings

EVENT = {"specversion": "1.0", "id": "1", "source": "me", "type": "mine"}


class Echo(StubModel):
    def ask(self, request, on_answer):
        self.asked.append(request)
        on_answer(Payload("ndarray", request.content.data), None)


def ask(path, body=None, method=None, model=None, headers=None, **changes):
    """(status, headers, decoded body) of a request."""
    paths = V1Paths(model or Echo(), settings(**changes), ThreadPool(1, "test"))
    found = []
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = HttpRequest(method or ("GET" if body is None else "POST"), path, b"", headers or {}, content)
    paths(request, lambda status, headers, body: found.append((status, dict(headers), json.loads(body or b"null"))))
    return found[0]


def test_the_list_of_models():
    assert ask("/v1/models") == (200, {"Content-Type": "application/json"}, {"models": ["Iris"]})


@pytest.mark.parametrize(("path", "ready", "status", "body"), [
    ("/v1/models/Iris", True, 200, {"name": "Iris", "ready": True}),
    ("/v1/models/Iris/", True, 200, {"name": "Iris", "ready": True}),
    ("/v1/models/Iris", False, 503, {"name": "Iris", "ready": False, "error": "the component is not loaded"}),
    ("/v1/models/Rose", True, 404, {"error": "model: expected one of Iris, found 'Rose'; V2_MODEL_NAMES adds names"}),
    ("/v1/models/Iris:fly", True, 404, {"error": "model: expected one of Iris, found 'Iris:fly'; V2_MODEL_NAMES adds names"}),
    ("/v1/else", True, 404, {"error": "no such path: /v1/else; there are: /v1/models, /v1/models/{name}, /v1/models/{name}:predict"}),
])  # fmt: skip
def test_a_model_and_whether_it_is_ready(path, ready, status, body):
    assert ask(path, model=Echo(ready=ready))[::2] == (status, body)


def test_a_prediction():
    model = Echo()
    assert ask("/v1/models/Iris:predict", {"instances": [[1, 2]]}, model=model)[::2] == (200, {"predictions": [[1, 2]]})
    request = model.asked[0]
    assert (request.method, request.wire, request.content.kind) == ("predict", "rest", "ndarray")


def test_the_puid_and_the_trace_of_the_headers():
    model = Echo()
    ask("/v1/models/Iris:predict", {"instances": [1]}, model=model, headers={b"seldon-puid": b"p", b"traceparent": b"00"})
    assert (model.asked[0].puid, model.asked[0].trace_parent) == ("p", "00")


def test_a_transformer_transforms():
    model = Echo(description={"main_methods": ["transform_input"]})
    ask("/v1/models/Iris:predict", {"instances": [1]}, model=model, service_type="TRANSFORMER")
    assert model.asked[0].method == "transform_input"


@pytest.mark.parametrize(("path", "body", "status", "text"), [
    ("/v1/models/Iris:explain", {}, 501, "there is no explainer; use :predict"),
    ("/v1/models/Rose:predict", {"instances": [1]}, 404, "model: expected one of Iris, found 'Rose'; V2_MODEL_NAMES adds names"),
    ("/v1/models/Rose:explain", {}, 404, "model: expected one of Iris, found 'Rose'; V2_MODEL_NAMES adds names"),
    ("/v1/models/Iris:predict", {"data": 1}, 400, "message: expected instances, found data"),
])  # fmt: skip
def test_an_error_is_one_text(path, body, status, text):
    assert ask(path, body)[::2] == (status, {"error": text})


@pytest.mark.parametrize(("error", "status"), [
    (ModelError("raised"), 500), (ModelError("raised", status_code=418), 418), (Overloaded("full"), 503), (CallError("odd"), 500),
])  # fmt: skip
def test_an_error_of_the_class_has_its_status(error, status):
    found = ask("/v1/models/Iris:predict", {"instances": [1]}, model=StubModel({"predict": error}))
    assert found[::2] == (status, {"error": str(error)})


@pytest.mark.parametrize(("path", "method", "allow"), [
    ("/v1/models", "POST", "GET, HEAD, OPTIONS"), ("/v1/models/Iris", "DELETE", "GET, HEAD, OPTIONS"),
    ("/v1/models/Iris:predict", "GET", "OPTIONS, POST"),
])  # fmt: skip
def test_a_wrong_verb_is_told_the_right_ones(path, method, allow):
    status, headers, body = ask(path, method=method)
    assert (status, headers["Allow"]) == (405, allow)
    assert body["error"].startswith(f"{method} is not allowed on {path}; use ")
    assert ask(path, method="OPTIONS")[:2] == (204, {"Allow": allow})


def test_only_a_prediction_is_for_the_class():
    paths = V1Paths(Echo(), settings(), ThreadPool(1, "test"))
    asked = [paths.is_for_the_class(path) for path in ("/v1/models/Iris:predict", "/v1/models/Iris", "/v1/models", "/v1")]
    assert asked == [True, False, False, False]


def test_a_binary_event_gets_one():
    headers = {b"ce-" + name.encode(): value.encode() for name, value in EVENT.items()}
    status, found, body = ask("/v1/models/Iris:predict", {"instances": [1]}, headers={**headers, b"ce-shop": b"paris"})
    assert (status, body) == (200, {"predictions": [1]})
    assert (found["ce-source"], found["ce-type"]) == ("io.kserve.inference.Iris", "io.kserve.inference.response")
    assert found["ce-id"] != "1"
    assert "ce-shop" not in found


def test_a_structured_event_gets_one():
    headers = {b"content-type": b"application/cloudevents+json; charset=utf-8"}
    status, found, body = ask("/v1/models/Iris:predict", {**EVENT, "data": {"instances": [1]}}, headers=headers)
    assert (status, found["Content-Type"]) == (200, "application/cloudevents+json")
    assert (body["data"], body["source"]) == ({"predictions": [1]}, "io.kserve.inference.Iris")


def test_an_error_is_no_event():
    headers = {b"content-type": b"application/cloudevents+json"}
    assert ask("/v1/models/Iris:predict", {"data": {}}, headers=headers)[::2] == (
        400, {"error": "event: specversion: expected text, found null"})


def test_a_large_message_keeps_its_numbers():
    array = np.arange(30_000.0).reshape(-1, 3)
    model, done = Echo(), []
    paths = V1Paths(model, settings(), ThreadPool(1, "test"))
    body = json.dumps({"instances": array.tolist()}).encode()
    request = HttpRequest("POST", "/v1/models/Iris:predict", b"", {}, body)
    paths._predict("Iris", request, lambda *response: done.append(response))
    np.testing.assert_array_equal(json.loads(done[0][2])["predictions"], array)
    assert request.body == b""
