"""v1.messages: the JSON of KServe's V1 and its meaning."""

import json

import numpy as np
import pytest
from seldon_component.errors import BadPayload, CallError, ModelError
from seldon_component.payload import Payload
from seldon_runtime.errors import TooLarge
from seldon_runtime.v1 import messages


def read(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return messages.to_payload(messages.parse(body))


@pytest.mark.parametrize(("instances", "dtype"), [
    ([[1, 2], [3, 4]], "int64"),
    ([[1.5, None]], "float64"),
    ([1, 2, 3], "int64"),
    ([True, False], "bool"),
    ([[[1], [2]]], "int64"),
    (["a", "é"], "<U1"),
    ([], "float64"),
])  # fmt: skip
def test_instances_are_an_array_by_the_rules_of_ndarray(instances, dtype):
    for key in ("instances", "inputs"):
        payload = read({key: instances})
        assert (payload.kind, payload.data.dtype, payload.names) == ("ndarray", dtype, ())
        np.testing.assert_array_equal(payload.data, np.array(instances, dtype))


def test_text_and_numbers_keep_their_types():
    assert read({"instances": [["a", 1, 0.5]]}).data.tolist() == [["a", 1, 0.5]]


def test_objects_are_rows_with_names():
    payload = read({"instances": [{"a": 1, "b": "x"}, {"b": "y", "a": 2}]})
    assert (payload.data.tolist(), payload.names) == ([[1, "x"], [2, "y"]], ["a", "b"])


def test_objects_of_lists_are_columns():
    payload = read({"instances": [{"a": [1, 2], "b": [3, 4]}, {"a": [5], "b": [6]}]})
    assert (payload.data.tolist(), payload.names) == ([[1, 3], [2, 4], [5, 6]], ["a", "b"])


@pytest.mark.parametrize(("message", "text"), [
    ([1], "message: expected an object, found a list"),
    ({}, "message: expected instances, found an empty object"),
    ({"instances": None, "data": 1}, "message: expected instances, found data, instances"),
    ({"instances": {"a": 1}}, "instances: expected a list, found an object"),
    ({"instances": [[1, 2], [3]]}, "instances: row 1 has 1 values where row 0 has 2 values"),
    ({"instances": [{"a": 1}, {"b": 1}]}, "instances[1]: expected the columns of instances[0], a, found b"),
    ({"inputs": [{"a": [1], "b": [1, 2]}]}, "inputs[0]: expected lists of one length, found [1, 2]"),
    (b"{", "the body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
])  # fmt: skip
def test_an_error_says_what_was_found(message, text):
    with pytest.raises(BadPayload) as error:
        read(message)
    assert str(error.value) == text


@pytest.mark.parametrize("array", [np.arange(3000.0).reshape(-1, 3) / 7, np.arange(3000).reshape(-1, 3), np.arange(3000)],
                         ids=["floats", "integers", "one dimension"])
@pytest.mark.parametrize("wrap", [lambda message: message, lambda message: {"id": "1", "data": message}], ids=["plain", "event"])
def test_numbers_of_a_large_message_make_no_objects(array, wrap):
    value = messages.parse(json.dumps(wrap({"instances": array.tolist()})).encode())
    found = value.get("data", value)["instances"]
    assert isinstance(found, np.ndarray)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("instances", [[["a"] * 3000], [[1, "a"]] * 1500, [[[1]] * 3000], [[2**70] * 900]])
def test_other_large_messages_are_read_as_well(instances):
    assert messages.parse(json.dumps({"x": {"inputs": [1]}, "instances": instances}).encode())["instances"] == instances


def test_a_dense_message_is_refused():
    with pytest.raises(TooLarge):
        messages.parse(b'{"instances": [' + b"{}," * 1_000_000 + b"{}]}", largest=4_000_000)


@pytest.mark.parametrize(("payload", "predictions"), [
    (Payload("ndarray", np.array([[1, 2]])), [[1, 2]]),
    (Payload("ndarray", np.array([0.1], np.float32)), [0.10000000149011612]),
    (Payload("ndarray", np.array([1.0, np.nan])), [1.0, None]),
    (Payload("tensor", np.array([[1.0]])), [[1.0]]),
    (Payload("ndarray", np.array(["a", None, 1], object)), ["a", None, 1]),
    (Payload("strData", "a"), ["a"]),
    (Payload("binData", b"a"), ["YQ=="]),
    (Payload("jsonData", {"a": 1}), {"a": 1}),
    (Payload("jsonData", [1]), [1]),
    (Payload(), []),
])  # fmt: skip
def test_a_response_has_predictions(payload, predictions):
    assert json.loads(messages.write(payload)) == {"predictions": predictions}


def test_a_class_may_return_a_whole_response():
    own = {"predictions": [1], "model": "m"}
    assert json.loads(messages.write(Payload("jsonData", own))) == own


def test_nan_as_a_bare_word():
    assert messages.write(Payload("ndarray", np.array([np.nan])), nan_literal=True) == b'{"predictions":[NaN]}'


def test_a_large_response_is_written_in_pieces():
    array = np.arange(200_000.0).reshape(-1, 100)
    assert json.loads(messages.write(Payload("ndarray", array)))["predictions"] == array.tolist()


def test_a_status_of_a_hook_is_an_error():
    with pytest.raises(CallError) as error:
        messages.write(Payload(status={"code": 418, "info": "tea"}))
    assert (error.value.status_code, str(error.value)) == (418, "tea")


def test_a_protobuf_message_cannot_be_sent():
    with pytest.raises(ModelError):
        messages.write(Payload("customData", b""))
