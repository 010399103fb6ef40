"""v2.json_messages.encode: responses -> bodies, JSON and binary, which decode reads back."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from seldon_runtime.v2 import json_messages
from seldon_runtime.v2.messages import InferRequest, InferResponse, RequestedOutput, Tensor
from support.v2_tensors import IN_JSON, SHAPES

WISHES: list[dict[str, Any]] = [{}, {"binary_data_output": True}]


def read_back(tensor, wish):
    """The tensor of a response, read as that of a request."""
    sent, buffers = json_messages.encode(InferResponse("m", "p", [tensor]), InferRequest("m", [], parameters=wish))
    head = json.dumps({"inputs": json.loads(sent)["outputs"]}).encode()
    return json_messages.decode(head + b"".join(buffers), "m", json_size=len(head) if buffers else None).inputs[0]


@given(st.data())
@pytest.mark.parametrize("wish", WISHES)
def test_every_tensor_comes_back(wish, data):
    row, shape = data.draw(st.sampled_from(IN_JSON)), data.draw(SHAPES)
    finite: dict[str, Any] = {"allow_nan": False, "allow_infinity": False} if row.dtype.kind == "f" else {}
    elements = npst.from_dtype(row.dtype, **finite)
    array = data.draw(npst.arrays(row.dtype, shape, elements=elements))
    found = read_back(Tensor("x", row.name, shape, array), wish)
    assert (found.name, found.datatype, found.shape) == ("x", row.name, shape)
    np.testing.assert_array_equal(found.data, array, strict=True)


@given(st.lists(st.text(max_size=3)))
@pytest.mark.parametrize("wish", WISHES)
def test_every_text_comes_back(wish, texts):
    array = np.empty(len(texts), object)
    array[:] = texts
    found = read_back(Tensor("x", "BYTES", array.shape, array), wish)
    assert [one.decode() if isinstance(one, bytes) else one for one in found.data] == texts


def encoded(tensor, **request):
    sent, buffers = json_messages.encode(InferResponse("m", "p", [tensor]), InferRequest("m", [], **request))
    return json.loads(sent), buffers


def test_a_response_has_flat_data_and_only_the_keys_that_it_needs():
    found, buffers = encoded(Tensor("y", "INT8", (2, 1), np.array([[1], [2]], "i1")))
    assert found == {"model_name": "m", "id": "p", "outputs": [{"name": "y", "datatype": "INT8", "shape": [2, 1], "data": [1, 2]}]}
    assert buffers == []


def test_nan_and_infinity_are_null():
    assert encoded(Tensor("y", "FP32", (2,), np.array([math.nan, math.inf], "f4")))[0]["outputs"][0]["data"] == [None, None]


def test_bytes_are_base64_and_say_so():
    array = np.array([b"\xff", "a"], object)
    found = encoded(Tensor("y", "BYTES", (2,), array, {"names": "[]"}))[0]["outputs"][0]
    assert (found["data"], found["parameters"]) == (["/w==", "YQ=="], {"names": "[]", "content_type": "base64"})


@pytest.mark.parametrize(
    ("request_", "is_binary"),
    [
        ({}, False),
        ({"parameters": {"binary_data_output": True}}, True),
        ({"outputs": [RequestedOutput("y", {"binary_data": True})]}, True),
        ({"outputs": [RequestedOutput("y", {"binary_data": False})], "parameters": {"binary_data_output": True}}, False),
        ({"outputs": [RequestedOutput("y")], "parameters": {"binary_data_output": True}}, True),
    ],
)
def test_an_output_is_binary_if_the_request_wants_it(request_, is_binary):
    found, buffers = encoded(Tensor("y", "FP32", (0,), np.empty(0, "f4")), **request_)
    assert found["outputs"][0].get("parameters") == ({"binary_data_size": 0} if is_binary else None)
    assert len(buffers) == is_binary


def test_a_large_response_is_written_as_a_small_one_is():
    array = np.arange(200_000, dtype="f4")
    assert encoded(Tensor("y", "FP32", (2, 100_000), array.reshape(2, -1)))[0]["outputs"][0]["data"] == array.tolist()
