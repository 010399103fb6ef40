"""seldon_component.codec.message: the JSON message, decoded, to a Payload and back."""

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
    (5, "message: an object expected, found 5"),
    ([ONE], "message: an object expected, found a list"),
    (None, "message: an object expected, found null"),
    ({"data": 5}, "data: an object expected, found 5"),
    ({"data": []}, "data: an object expected, found a list"),
    ({"data": {}}, "data: one of tensor, ndarray, tftensor expected, found an empty object"),
    ({"data": {"names": ["a"]}}, "data: one of tensor, ndarray, tftensor expected, found names"),
    ({"data": {"ndarray": [1], "tensor": {}}}, "data: one of tensor, ndarray, tftensor expected, found ndarray and tensor"),
    ({"data": {"ndarray": 5}}, "data.ndarray: a list expected, found 5"),
    ({"data": {"tensor": []}}, "data.tensor: an object expected, found a list"),
    ({"data": {"tensor": {"values": [1]}}}, "data.tensor.shape is missing"),
    ({"data": {"tensor": {"shape": [1]}}}, "data.tensor.values is missing"),
    ({"data": {"ndarray": [1], "names": "a"}}, "data.names: a list of text expected, found 'a'"),
    ({"data": {"ndarray": [1], "names": [1]}}, "data.names: text expected, found 1"),
    ({"strData": 5}, "strData: text expected, found 5"),
    ({"binData": 5}, "binData: base64 text expected, found 5"),
    ({"binData": "AP8"}, "binData: base64 text expected, found 'AP8'"),
    ({"binData": "*===", }, "binData: base64 text expected, found '*==='"),
    ({"binData": "äöüß"}, "binData: base64 text expected, found 'äöüß'"),
    ({"strData": "a", "jsonData": 1}, "message: only one of data, binData, strData, jsonData may be given, "
                                      "found strData and jsonData"),
    ({"meta": 5}, "meta: an object expected, found 5"),
    ({"meta": {"tags": []}}, "meta.tags: an object expected, found a list"),
    ({"meta": {"routing": 1}}, "meta.routing: an object expected, found 1"),
    ({"meta": {"requestPath": 1}}, "meta.requestPath: an object expected, found 1"),
    ({"meta": {"routing": {"u": 0, "v": 1.5}}}, "meta.routing.v: an integer of 32 bits expected, found 1.5"),
    ({"meta": {"routing": {"u": True}}}, "meta.routing.u: an integer of 32 bits expected, found a bool"),
    ({"meta": {"routing": {"u": 2**31}}}, "meta.routing.u: an integer of 32 bits expected, found 2147483648"),
    ({"meta": {"requestPath": {"u": None}}}, "meta.requestPath.u: text expected, found null"),
    ({"meta": {"metrics": {}}}, "meta.metrics: a list expected, found an object"),
    ({"meta": {"puid": 5}}, "meta.puid: text expected, found 5"),
])
def test_a_wrong_field_is_named(decoded, text):
    with pytest.raises(BadPayload) as caught:
        message.to_payload(decoded)
    assert str(caught.value) == text


def test_a_list_of_messages_comes_with_and_without_its_key():
    for decoded in ({"seldonMessages": [ONE, {"strData": "a"}]}, [ONE, {"strData": "a"}]):
        assert [payload.kind for payload in message.to_payloads(decoded)] == ["ndarray", "strData"]


@pytest.mark.parametrize(("decoded", "text"), [
    ({}, "seldonMessages: a list of messages expected, found null"),
    ({"seldonMessages": []}, "seldonMessages: a list of messages expected, found an empty list"),
    ([], "seldonMessages: a list of messages expected, found an empty list"),
    ({"seldonMessages": 5}, "seldonMessages: a list of messages expected, found 5"),
    ("x", "seldonMessages: a list of messages expected, found 'x'"),
    ([ONE, 5], "[1]: an object expected, found 5"),
    ({"seldonMessages": [{"data": {"ndarray": [[1], [1, 2]]}}]},
     "seldonMessages[0].data.ndarray: row 1 has 2 values where row 0 has 1 values"),
])
def test_a_wrong_list_of_messages_is_named(decoded, text):
    with pytest.raises(BadPayload) as caught:
        message.to_payloads(decoded)
    assert str(caught.value) == text


def test_feedback_may_lack_all_but_what_it_has():
    feedback = message.to_feedback({"reward": 1})
    assert (feedback.reward, feedback.request.kind, feedback.response.meta, feedback.truth.data) == (1, None, {}, None)
    assert message.to_feedback({"request": None, "truth": ONE}).reward == 0.0


@pytest.mark.parametrize(("decoded", "text"), [
    (5, "feedback: an object expected, found 5"),
    ({"reward": "1"}, "reward: a number expected, found '1'"),
    ({"reward": True}, "reward: a number expected, found a bool"),
    ({"request": 5}, "request: an object expected, found 5"),
    ({"request": []}, "request: an object expected, found a list"),
    ({"truth": ""}, "truth: an object expected, found ''"),
    ({"truth": {"data": {"ndarray": 1}}}, "truth.data.ndarray: a list expected, found 1"),
    ({"response": {"meta": {"routing": 1}}}, "response.meta.routing: an object expected, found 1"),
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
    (Payload("ndarray", np.array([[1, 2]]), ["a", "b"]), {"data": {"names": ["a", "b"], "ndarray": [[1, 2]]}, "meta": {}}),
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


def test_a_narrow_float_goes_out_with_all_its_digits():
    for dtype in (np.float16, np.float32):
        body = message.from_payload(Payload("ndarray", np.array([0.1], dtype)))["data"]["ndarray"]
        assert body.dtype == np.float64
        assert body[0] == dtype(0.1)
