"""seldon_runtime.rest.v2_paths: the Open Inference Protocol in front of a model that needs no component."""

import dataclasses
import gzip
import json
import zlib

import numpy as np
import pytest
from seldon_component.errors import CallError, ModelError, Unavailable
from seldon_component.payload import V2TENSOR, Payload
from seldon_runtime.errors import Overloaded, TimedOut
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.rest import v2_routes
from support.http_client import client
from support.stub_model import DESCRIPTION, StubModel, settings

HALVES = Payload(V2TENSOR, np.array([[0.5, 1.5]], "f4"))
BODY = {"inputs": [{"name": "x", "datatype": "INT8", "shape": [1, 2], "data": [1, 2]}], "id": "i"}
INFER = "/v2/models/Iris/infer"


def serve(answer=HALVES, ready=True, description=(), service_type="MODEL", method="predict", **serving):
    changed = dataclasses.replace(settings().serving, **serving)
    model = StubModel({method: answer}, {**DESCRIPTION, **dict(description)}, ready)
    return client(model, settings(serving=changed, service_type=service_type)), model


def infer(body=BODY, path=INFER, headers=None, **more):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return serve(**more)[0].post(path, data=sent, headers=headers)


def test_an_inference_calls_the_class_and_sends_what_it_returns():
    served, model = serve()
    found = served.post(INFER, json=BODY)
    assert (found.status_code, found.content_type) == (200, "application/json")
    assert found.json == {"model_name": "Iris", "id": "i", "outputs": [
        {"name": "output-0", "datatype": "FP32", "shape": [1, 2], "data": [0.5, 1.5]}]}
    method, content, wire = model.asked[0]
    assert (method, wire, content.kind, content.data.dtype, content.meta) == ("predict", "rest", V2TENSOR, "i1", {"puid": "i"})


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""])
def test_the_content_type_does_not_matter(media_type):
    assert infer(headers={"Content-Type": media_type}).status_code == 200


def test_the_id_is_that_of_the_request_else_that_of_a_header_else_a_new_one():
    body = {"inputs": BODY["inputs"]}
    assert infer(body, headers={"X-Request-Id": "r"}).json["id"] == "r"
    assert infer(body, headers={"X-Request-Id": "r", "Seldon-Puid": "p"}).json["id"] == "p"
    assert infer(headers={"Seldon-Puid": "p"}).json["id"] == "i"
    new = [infer(body).json["id"] for _ in range(2)]
    assert len({*new}) == 2 and all(new)


def test_the_header_alone_says_that_tensors_are_binary():
    head = json.dumps({"inputs": [{"name": "x", "datatype": "INT8", "shape": [2], "parameters": {"binary_data_size": 2}}],
                       "parameters": {"binary_data_output": True}}).encode()
    found = infer(head + b"\1\2", headers={"Inference-Header-Content-Length": str(len(head))})
    size = int(found.headers["Inference-Header-Content-Length"])
    assert found.content_type == "application/octet-stream"
    assert json.loads(found.data[:size])["outputs"] == [
        {"name": "output-0", "datatype": "FP32", "shape": [1, 2], "parameters": {"binary_data_size": 8}}]
    assert np.frombuffer(found.data[size:], "f4").tolist() == [0.5, 1.5]


@pytest.mark.parametrize(("size", "shown"), [("-1", "'-1'"), ("9" * 5000, "'" + "9" * 56 + "...")])
def test_a_header_that_is_no_number_is_refused(size, shown):
    found = infer(headers={"Inference-Header-Content-Length": size})
    error = f"Inference-Header-Content-Length: expected a number of bytes, found {shown}"
    assert (found.status_code, found.json) == (400, {"error": error})


@pytest.mark.parametrize(
    ("outputs", "setting", "name"),
    [([], None, "output-0"), ([{"name": "y", "datatype": "FP32", "shape": [-1]}], None, "y"),
     ([{"name": "y", "datatype": "FP32", "shape": [-1]}], "predict", "predict")],
)
def test_the_output_has_the_name_of_the_setting_else_that_of_the_metadata(outputs, setting, name):
    found = infer(description={"outputs": outputs}, v2_output_name=setting)
    assert [one["name"] for one in found.json["outputs"]] == [name]


def test_an_input_that_is_not_declared_is_refused():
    found = infer(description={"inputs": [{"name": "x", "datatype": "INT8", "shape": [-1, 3]}]})
    assert (found.status_code, found.json) == (400, {"error": "input 'x': expected 'x' (INT8 [-1, 3]), found INT8 [1, 2]"})


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_may_be_compressed(encoding, compress):
    assert infer(compress(json.dumps(BODY).encode()), headers={"Content-Encoding": encoding}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding", "inflate"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("br, deflate;q=0.5, gzip", "deflate", zlib.decompress),
        ("gzip;q=0, identity", None, bytes),
        ("br", None, bytes),
        ("", None, bytes),
    ],
)
def test_a_large_response_is_compressed_if_the_client_accepts_it(accepted, encoding, inflate):
    large = Payload(V2TENSOR, np.zeros(1000))
    found = infer(answer=large, headers={"Accept-Encoding": accepted})
    assert found.headers.get("Content-Encoding") == encoding
    assert json.loads(inflate(found.data))["outputs"][0]["shape"] == [1000]
    assert "Content-Encoding" not in infer(headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize(
    ("error", "status"),
    [(ModelError("m"), 500), (CallError("m", 418), 418), (Unavailable("m"), 503), (Overloaded("m"), 503), (TimedOut("m"), 504)],
)
def test_an_error_is_its_text(error, status):
    found = infer(answer=error)
    assert (found.status_code, found.json) == (status, {"error": "m"})
    assert ("Retry-After" in found.headers) == isinstance(error, Overloaded)


def test_a_mistake_of_our_own_is_only_in_the_log(caplog):
    found = infer(answer=Payload("ndarray", 5))
    assert (found.status_code, found.json) == (500, {"error": "the server failed on this request; its log says why"})
    assert "AttributeError" in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"[1]"])
def test_a_body_that_is_no_request_is_refused(body):
    found = infer(body)
    assert (found.status_code, [*found.json]) == (400, ["error"])


def test_a_body_that_is_too_large_when_inflated_is_refused():
    found = infer(gzip.compress(bytes(1000)), headers={"Content-Encoding": "gzip"}, max_inflated_bytes=100)
    assert (found.status_code, [*found.json]) == (413, ["error"])


@pytest.mark.parametrize("service_type", ["ROUTER", "COMBINER"])
def test_a_service_type_without_an_array_in_and_out_has_no_inference(service_type):
    found = infer(service_type=service_type)
    assert (found.status_code, found.json["error"].partition(":")[0]) == (501, f"SERVICE_TYPE={service_type}")


@pytest.mark.parametrize(
    ("service_type", "has", "method"),
    [
        ("TRANSFORMER", ["transform_input", "transform_output"], "transform_input"),
        ("TRANSFORMER", ["transform_output"], "transform_output"),
        ("TRANSFORMER", [], "transform_input"),
        ("OUTLIER_DETECTOR", ["score"], "transform_input"),
    ],
)
def test_an_inference_calls_the_main_method_of_the_service_type(service_type, has, method):
    assert infer(service_type=service_type, description={"main_methods": has}, method=method).status_code == 200


def test_what_an_inference_calls_is_read_again_when_the_component_was_loaded_again():
    served, model = serve(service_type="TRANSFORMER", description={"main_methods": ["transform_input"]}, method="transform_input")
    assert served.post(INFER, json=BODY).status_code == 200
    model.description = {**DESCRIPTION, "main_methods": ["transform_output"], "inputs_by_name": True}
    model.answers = {"transform_output": HALVES}
    assert served.post(INFER, json=BODY).status_code == 200
    assert [(method, content.kind) for method, content, _ in model.asked] == [
        ("transform_input", "v2tensor"), ("transform_output", "v2tensors")]


def test_an_output_that_is_wanted_twice_is_refused_before_the_class_computes_it():
    """Each further wish has 21 bytes, and the response would have all elements once more."""
    served, model = serve()
    found = served.post(INFER, json={**BODY, "outputs": [{"name": name} for name in ("a", "output-0", "output-0")]})
    assert (found.status_code, found.json) == (400, {"error": "outputs: expected different names, found 'output-0' more than once"})
    assert not model.asked


NAMES = ["Iris", "other one", "é"]


@pytest.mark.parametrize(("name", "path"), zip(NAMES, ["Iris", "other%20one", "%C3%A9"], strict=True))
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
    from seldon_runtime.rest.factory import create_application

    application = create_application(model, settings())
    assert isinstance(application.refusal(INFER), Overloaded)
    assert application.refusal("/v2/models/Iris") is None
    assert all(path in application.urgent_paths for path in ("/v2/health/live", "/v2/health/ready", "/ready"))


def test_an_error_of_the_server_itself_has_the_form_of_the_paths_protocol():
    from seldon_runtime.rest.factory import create_application

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


def test_the_documents_are_valid_and_name_each_path():
    from openapi_spec_validator import validate

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
