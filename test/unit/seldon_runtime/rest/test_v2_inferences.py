"""rest.v2_paths: what an inference asks of the class, and what it responds."""

import gzip
import json
import zlib

import numpy as np
import pytest
from seldon_component.errors import CallError, ModelError, Unavailable
from seldon_component.payload import V2TENSOR, Payload
from seldon_runtime.errors import Overloaded, TimedOut
from support.stub_model import DESCRIPTION
from support.v2_inferences import BODY, HALVES, INFER, infer, serve


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
