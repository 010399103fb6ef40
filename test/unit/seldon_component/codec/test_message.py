"""seldon_component.codec.message: the JSON message, decoded, to a Payload and back."""

import tracemalloc

import numpy as np
import pytest
from seldon_component.codec import message
from seldon_component.errors import BadPayload
from seldon_component.payload import Payload

ONE = {"data": {"ndarray": [[1]]}}


@pytest.mark.parametrize(("decoded", "kind", "data"), [
    ({"data": {"ndarray": [[1, 2]]}}, "ndarray", [[1, 2]]),
    ({"data": {"tensor": {"shape": [1, 2], "values": [1, 2]}}}, "tensor", [[1, 2]]),
    ({"data": {"ndarray": [1], "tensor": None, "unknown": 5}}, "ndarray", [1]),
    ({"strData": "é"}, "strData", "é"),
    ({"strData": ""}, "strData", ""),
    ({"binData": "AP8="}, "binData", b"\x00\xff"),
    ({"binData": "AP\n8="}, "binData", b"\x00\xff"),
    ({"binData": ""}, "binData", b""),
    ({"jsonData": {"a": [None]}}, "jsonData", {"a": [None]}),
    ({"jsonData": None}, "jsonData", None),
    ({"jsonData": False}, "jsonData", False),
    ({"strData": None, "data": None, "jsonData": 1}, "jsonData", 1),
    ({"isDefault": True, "meta": None, "status": None}, None, None),
])
def test_a_message_has_one_kind_of_data(decoded, kind, data):
    payload = message.to_payload(decoded)
    assert payload.kind == kind
    assert (payload.data.tolist() if isinstance(payload.data, np.ndarray) else payload.data) == data


def test_names_and_meta_are_kept_and_unknown_keys_are_not():
    payload = message.to_payload({
        "data": {"names": ["é"], "ndarray": [[1]]},
        "meta": {"puid": "p", "tags": {"a": 1}, "routing": {"u": 1}, "requestPath": {"u": "i"}, "metrics": [], "x": 1}})
    assert payload.names == ["é"]
    assert payload.meta == {"puid": "p", "tags": {"a": 1}, "routing": {"u": 1}, "requestPath": {"u": "i"},
                            "metrics": []}


@pytest.mark.parametrize(("decoded", "text"), [
    (5, "message: expected an object, found 5"),
    ([ONE], "message: expected an object, found a list"),
    (None, "message: expected an object, found null"),
    ({"data": 5}, "data: expected an object, found 5"),
    ({"data": []}, "data: expected an object, found a list"),
    ({"data": {}}, "data: expected one of tensor, ndarray, tftensor, found an empty object"),
    ({"data": {"names": ["a"]}}, "data: expected one of tensor, ndarray, tftensor, found names"),
    ({"data": {"ndarray": [1], "tensor": {}}},
     "data: expected one of tensor, ndarray, tftensor, found ndarray and tensor"),
    ({"data": {"ndarray": 5}}, "data.ndarray: expected a list, found 5"),
    ({"data": {"tensor": []}}, "data.tensor: expected an object, found a list"),
    ({"data": {"tensor": {"values": [1]}}}, "data.tensor.shape is missing"),
    ({"data": {"tensor": {"shape": [1]}}}, "data.tensor.values is missing"),
    ({"data": {"ndarray": [1], "names": "a"}}, "data.names: expected a list of text, found 'a'"),
    ({"data": {"ndarray": [1], "names": [1]}}, "data.names: expected text, found 1"),
    ({"strData": 5}, "strData: expected text, found 5"),
    ({"binData": 5}, "binData: expected base64 text, found 5"),
    ({"binData": "AP8"}, "binData: expected base64 text, found 'AP8'"),
    ({"binData": "*===", }, "binData: expected base64 text, found '*==='"),
    ({"binData": "äöüß"}, "binData: expected base64 text, found 'äöüß'"),
    ({"binData": "AAAA\u2003"}, "binData: expected base64 text, found 'AAAA\\u2003'"),
    ({"strData": "a", "jsonData": 1}, "message: expected only one of data, binData, strData, jsonData, "
                                      "found strData and jsonData"),
    ({"meta": 5}, "meta: expected an object, found 5"),
    ({"meta": {"tags": []}}, "meta.tags: expected an object, found a list"),
    ({"meta": {"routing": 1}}, "meta.routing: expected an object, found 1"),
    ({"meta": {"requestPath": 1}}, "meta.requestPath: expected an object, found 1"),
    ({"meta": {"routing": {"u": 0, "v": 1.5}}}, "meta.routing.v: expected an integer of 32 bits, found 1.5"),
    ({"meta": {"routing": {"u": True}}}, "meta.routing.u: expected an integer of 32 bits, found a bool"),
    ({"meta": {"routing": {"u": 2**31}}}, "meta.routing.u: expected an integer of 32 bits, found 2147483648"),
    ({"meta": {"requestPath": {"u": None}}}, "meta.requestPath.u: expected text, found null"),
    ({"meta": {"metrics": {}}}, "meta.metrics: expected a list, found an object"),
    ({"meta": {"puid": 5}}, "meta.puid: expected text, found 5"),
])
def test_a_wrong_field_is_named(decoded, text):
    with pytest.raises(BadPayload) as caught:
        message.to_payload(decoded)
    assert str(caught.value) == text


def test_a_list_of_messages_comes_with_and_without_its_key():
    for decoded in ({"seldonMessages": [ONE, {"strData": "a"}]}, [ONE, {"strData": "a"}]):
        assert [payload.kind for payload in message.to_payloads(decoded)] == ["ndarray", "strData"]


@pytest.mark.parametrize(("decoded", "text"), [
    ({}, "seldonMessages: expected a list of messages, found null"),
    ({"seldonMessages": []}, "seldonMessages: expected a list of messages, found an empty list"),
    ([], "seldonMessages: expected a list of messages, found an empty list"),
    ({"seldonMessages": 5}, "seldonMessages: expected a list of messages, found 5"),
    ("x", "seldonMessages: expected a list of messages, found 'x'"),
    ([ONE, 5], "[1]: expected an object, found 5"),
    ({"seldonMessages": [{"data": {"ndarray": [[1], [1, 2]]}}]},
     "seldonMessages[0].data.ndarray: row 1 has 2 values where row 0 has 1 values"),
])
def test_a_wrong_list_of_messages_is_named(decoded, text):
    with pytest.raises(BadPayload) as caught:
        message.to_payloads(decoded)
    assert str(caught.value) == text


def test_a_feedback_may_lack_any_part():
    feedback = message.to_feedback({"reward": 1})
    assert (feedback.reward, feedback.request.kind, feedback.response.meta, feedback.truth.data) == (1, None, {}, None)
    assert message.to_feedback({"request": None, "truth": ONE}).reward == 0.0


@pytest.mark.parametrize(("decoded", "text"), [
    (5, "feedback: expected an object, found 5"),
    ({"reward": "1"}, "reward: expected a number, found '1'"),
    ({"reward": True}, "reward: expected a number, found a bool"),
    ({"request": 5}, "request: expected an object, found 5"),
    ({"request": []}, "request: expected an object, found a list"),
    ({"truth": ""}, "truth: expected an object, found ''"),
    ({"truth": {"data": {"ndarray": 1}}}, "truth.data.ndarray: expected a list, found 1"),
    ({"response": {"meta": {"routing": 1}}}, "response.meta.routing: expected an object, found 1"),
])
def test_a_wrong_feedback_is_named(decoded, text):
    with pytest.raises(BadPayload) as caught:
        message.to_feedback(decoded)
    assert str(caught.value) == text


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    return {key: plain(element) for key, element in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(("payload", "expected"), [
    (Payload("ndarray", np.array([[1, 2]]), ["a", "b"]),
     {"data": {"names": ["a", "b"], "ndarray": [[1, 2]]}, "meta": {}}),
    (Payload("tensor", np.array([[1, 2]]), [], {"puid": "p"}),
     {"data": {"names": [], "tensor": {"shape": [1, 2], "values": [1, 2]}}, "meta": {"puid": "p"}}),
    (Payload("binData", b"\x00\xff"), {"binData": "AP8=", "meta": {}}),
    (Payload("strData", "é"), {"strData": "é", "meta": {}}),
    (Payload("jsonData", None), {"jsonData": None, "meta": {}}),
    (Payload(), {"meta": {}}),
    (Payload(status={"code": 200}), {"meta": {}, "status": {"code": 200}}),
])
def test_a_payload_becomes_a_message(payload, expected):
    assert plain(message.from_payload(payload)) == expected


def test_a_tensor_in_the_bytes_of_a_request_is_aligned_for_json():
    tensor = np.frombuffer(b"..." + np.array([1.0, 2.0]).tobytes(), offset=3)
    values = message.from_payload(Payload("tensor", tensor))["data"]["tensor"]["values"]
    assert values.flags.aligned and values.tolist() == [1, 2]


def test_a_narrow_float_goes_out_with_all_its_digits():
    for dtype in (np.float16, np.float32):
        body = message.from_payload(Payload("ndarray", np.array([0.1], dtype)))["data"]["ndarray"]
        assert body.dtype == np.float64
        assert body[0] == dtype(0.1)


def test_base64_in_many_pieces_takes_little_memory():
    text = "AA AA\n" * 100_000
    tracemalloc.start()
    try:
        assert message.to_payload({"binData": text}).data == bytes(300_000)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(text)
    finally:
        tracemalloc.stop()
