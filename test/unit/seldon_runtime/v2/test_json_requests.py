"""v2.json_messages.decode: bodies -> requests, JSON and binary."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seldon_component.errors import BadPayload
from seldon_runtime.codec import density
from seldon_runtime.errors import TooLarge
from seldon_runtime.v2 import json_messages, json_numbers
from seldon_runtime.v2.datatypes import DATATYPES
from seldon_runtime.v2.messages import RequestedOutput
from support.v2_tensors import IN_JSON


def body(*inputs, **more):
    return json.dumps({"inputs": [*inputs], **more}).encode()


def entry(data=None, datatype="FP32", shape=None, **more):
    shape = [len(data)] if shape is None and isinstance(data, list) else shape
    return {"name": "x", "datatype": datatype, "shape": shape, **({} if data is None else {"data": data}), **more}


def decode(sent, **more):
    return json_messages.decode(sent, "m", **more)


def only(sent, **more):
    return decode(sent, **more).inputs[0]


def fails(message, sent, **more):
    with pytest.raises(BadPayload, match=f"^{message}"):
        decode(sent, **more)


def test_a_whole_request_is_read_and_the_keys_of_a_response_are_ignored():
    found = decode(
        body(entry([1, 2], parameters={"a": 1}), id="i", parameters={"b": 2}, outputs=[{"name": "y", "parameters": {"binary_data": True}}],
             model_name="other", model_version=None, extra=[]),
        version="3",
    )
    assert (found.model_name, found.model_version, found.id, found.parameters) == ("m", "3", "i", {"b": 2})
    assert found.outputs == [RequestedOutput("y", {"binary_data": True})]
    assert found.inputs[0].parameters == {"a": 1}


def test_null_is_the_same_as_absent():
    found = decode(body(entry([1], parameters=None), id=None, parameters=None, outputs=None))
    assert (found.id, found.parameters, found.outputs, found.inputs[0].parameters) == ("", {}, [], {})


@pytest.mark.parametrize("data", [[1, 2, 3, 4], [[1, 2], [3, 4]]])
def test_data_may_be_flat_or_nested(data):
    assert only(body(entry(data, "INT8", [2, 2]))).data.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("datatype", "sent", "found"),
    [
        ("BOOL", [True, 0], [True, False]),
        ("INT64", [2**63 - 1, -(2**63), 2.0], [2**63 - 1, -(2**63), 2]),
        ("UINT64", [2**64 - 1, 1.0], [2**64 - 1, 1]),
        ("FP64", [1, 0.1], [1.0, 0.1]),
        ("FP16", [1, 0.1], [1.0, 0.0999755859375]),
        ("BYTES", ["a\0"], ["a\0"]),
    ],
)
@pytest.mark.parametrize("times", [1, 1000])
def test_elements_keep_their_value(datatype, sent, found, times):
    tensor = only(body(entry(sent * times, datatype)))
    assert (tensor.data.dtype, tensor.data.tolist()) == (DATATYPES[datatype].dtype, found * times)


@pytest.mark.parametrize("times", [1, 1000])
def test_null_is_nan(times):
    assert np.isnan(only(body(entry([None, 1] * times))).data).tolist() == [True, False] * times


WRONG: dict[str, list[Any]] = {
    "BOOL": [2, 0.5, "true", None, []],
    "INT8": [128, 1.5, True, None, "1", [1], math.nan, 2**70, 1e300],
    "UINT64": [-1, 2**64, 2**70, 1.5],
    "INT64": [2**63, 2**64, -(2**63) - 1],
    "FP16": [70000, "1", True],
    "FP32": [1e39, 2**200, True, {}],
    "FP64": [10**400, True, "NaN"],
    "BYTES": [1, None, True],
}


@pytest.mark.parametrize(("datatype", "wrong"), [(datatype, wrong) for datatype, many in WRONG.items() for wrong in many])
@pytest.mark.parametrize("before", [1, 1000])
def test_an_element_that_would_change_is_refused_by_its_index(datatype, wrong, before):
    right = "a" if datatype == "BYTES" else 1
    fails(rf"input 'x': data\[{before}\]: expected .* \({datatype}\), found ", body(entry([right] * before + [wrong], datatype)))


def test_a_float_beside_a_large_integer_takes_no_digits_from_it():
    numbers = [2**53 + 1, 1.0] * 1000
    assert only(body(entry(numbers, "INT64"))).data.tolist() == numbers


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"[]", "message: expected an object, found a list"),
        (b"{}", "message: inputs: expected a list with at least one input, found an empty object"),
        (b'{"inputs":[],"id":"a"}', "message: inputs: expected a list with at least one input, found an empty list"),
        (b'{"inputs":{}}', "message: inputs: expected a list, found an object"),
        (b'{"inputs":[5]}', r"inputs\[0\]: expected an object, found 5"),
        (body({"name": "x"}, id=5), "input 'x': datatype: expected one of BOOL, .* found null"),
        (body(entry([1]), id=5), "message: id: expected text, found 5"),
        (body(entry([1]), parameters=[]), "message: parameters: expected an object, found a list"),
        (body(entry([1]), outputs={}), "message: outputs: expected a list, found an object"),
        (body(entry([1]), outputs=[{}]), r"outputs\[0\]: name: expected text, found none"),
        (body({"name": 5}), r"inputs\[0\]: name: expected text, found 5"),
        (body(entry([1], "fp32")), "input 'x': datatype: expected one of BOOL, .*, found 'fp32'"),
        (body(entry([1], shape=[-1])), r"input 'x': shape: expected a list of sizes, none below 0, found \[-1\]"),
        (body(entry([1], shape=[True])), "input 'x': shape: expected a list of sizes"),
        (body(entry([1], shape=5)), "input 'x': shape: expected a list of sizes, none below 0, found 5"),
        (body(entry([1], shape=[1] * 33)), "input 'x': shape: expected at most 32 dimensions, found 33"),
        (body(entry([1, 2], shape=[3])), r"input 'x': data: expected 3 elements for the shape \[3\], found 2"),
        (body(entry([[1, 2]], shape=[2])), r"input 'x': data: expected 2 elements for the shape \[2\], found lists of shape \[1, 2\]"),
        (body(entry([[1, 2], [3]], shape=[2, 2])), "input 'x': data: row 1 has 1 values where row 0 has 2 values"),
        (body(entry(5, shape=[])), "input 'x': data: expected a list, found 5"),
        (body(entry(shape=[1])), "input 'x': expected data, or parameters.binary_data_size and binary data, found neither"),
        (body(entry([1], "BF16")), "input 'x': expected binary data, because BF16 has no form in JSON"),
        (body(entry([1]), entry([1])), "inputs: expected different names, found x, x"),
        (body(entry([1], parameters={"binary_data_size": 4})), "input 'x': expected data or parameters.binary_data_size, found both"),
        (body(entry(shape=[1], parameters={"binary_data_size": "4"})), "input 'x': parameters.binary_data_size: expected a number of bytes, found '4'"),
        (body(entry(shape=[1], parameters={"binary_data_size": 4})), "input 'x': parameters.binary_data_size: expected at most the 0 bytes .* found 4; the header Inference-Header-Content-Length"),
        (body(entry(shape=[1], parameters={"shared_memory_region": "r"})), "input 'x': expected data, found a region of shared memory"),
    ],
)
def test_a_wrong_request_is_refused(sent, message):
    fails(message, sent)


def test_no_rows_may_be_null_with_a_size_of_0_and_no_header():
    sent = body({"name": "x", "datatype": "FP32", "shape": [0, 2], "data": None, "parameters": {"binary_data_size": 0}})
    assert only(sent).data.shape == (0, 2)


@pytest.mark.parametrize(("more", "message"), [
    (b"1234", "message: expected no bytes behind the last binary tensor, found 4"),
    (b"", None),
])
def test_bytes_behind_the_last_tensor_are_refused(more, message):
    sent = body(entry(shape=[1], parameters={"binary_data_size": 4}))
    if message:
        fails(message, sent + b"\0\0\x80?" + more, json_size=len(sent))
    else:
        assert only(sent + b"\0\0\x80?", json_size=len(sent)).data.tolist() == [1.0]


@pytest.mark.parametrize("size", [0, 10**9])
def test_the_size_of_the_json_is_within_the_body(size):
    fails(r"Inference-Header-Content-Length: expected 1 to 2, .* found", b"{}", json_size=size)


def test_a_tensor_of_many_texts_takes_too_much_memory(monkeypatch):
    monkeypatch.setattr(density, "_ALWAYS_ALLOWED", 0)
    sent = body(entry(shape=[1000], datatype="BYTES", parameters={"binary_data_size": 4000}))
    with pytest.raises(TooLarge, match="^the message: "):
        decode(sent + bytes(4000), json_size=len(sent), largest=5000)


LARGE = [0.5] * 2000


@pytest.mark.parametrize(
    "more", [{}, {"parameters": {"data": [1, 2, 3]}}, {"id": '"data": [1'}, {"parameters": {"b": {"data": [[1]]}}}]
)
def test_numbers_of_a_large_body_are_read_at_once_unless_they_stand_elsewhere(more, monkeypatch):
    sent = body(entry(LARGE), {**entry([[1, 2]] * 900, "INT64", [900, 2]), "name": "y"}, **more)
    read = json_numbers.parse(sent)
    assert [type(one["data"]) is np.ndarray for one in read["inputs"]] == [more in ({}, {"id": '"data": [1'})] * 2
    found = decode(sent)
    assert found.inputs[0].data.tolist() == LARGE
    assert found.inputs[1].data.tolist() == [[1, 2]] * 900


@pytest.mark.parametrize(("count", "at_once"), [(64, True), (65, False)])
def test_many_short_arrays_are_read_by_the_general_parser(count, at_once):
    sent = body(*({**entry([0.5] * 20), "name": str(number)} for number in range(count)))
    assert {type(one["data"]) is np.ndarray for one in json_numbers.parse(sent)["inputs"]} == {at_once}
    assert [one.data.tolist() for one in decode(sent).inputs] == [[0.5] * 20] * count


SIZES = st.lists(st.sampled_from([0, 1, 2, 3, -1, -2, True, 1.0, "1", None]) | st.integers(0, 3), max_size=3)
VALUES = st.sampled_from([0, 1, -1, 255, 256, -129, 2**31, 2**63, 2**64, 1.0, 0.5, 65520.0, 3.5e38, math.nan, math.inf]) | st.floats()
ODD: st.SearchStrategy[Any] = st.sampled_from([None, True, "1", [1], {}])


def outcome(sent):
    try:
        found = only(sent)
    except BadPayload as error:
        return str(error)
    return found.name, found.datatype, found.shape, found.data.dtype.str, found.data.tobytes(), found.parameters


@given(st.sampled_from([*DATATYPES, "FP8", "", None, 1, []]), SIZES | ODD, st.lists(VALUES, max_size=4) | st.lists(ODD, max_size=4) | ODD)
def test_the_fast_path_of_plain_inputs_makes_no_difference(datatype, shape, data):
    sent = json.dumps({"inputs": [{"name": "x", "datatype": datatype, "shape": shape, "data": data}]}).encode()
    fast = outcome(sent)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(json_messages, "_plain_input", lambda entry: None)
        assert fast == outcome(sent)


@pytest.mark.parametrize("datatype", [row.name for row in IN_JSON if row.name != "BOOL"])
def test_flat_numbers_take_the_fast_path(datatype, monkeypatch):
    monkeypatch.setattr(json_messages, "_input", None)
    assert only(body(entry([1.0, 2.0] if datatype.startswith("FP") else [1, 2], datatype))).data.tolist() == [1, 2]
