"""codec.proto_codec.to_content, with messages of a client that knows only the published field numbers."""

import math
from typing import Any

import numpy as np
import pytest
from google.protobuf import json_format
from seldon_component.codec import message
from seldon_component.errors import BadPayload
from seldon_component.payload import Feedback
from seldon_runtime.codec import proto_codec
from seldon_runtime.codec.proto_fields import field
from support.generated import pb2
from support.seldon_messages import read, read_body, read_message


def data(**fields):
    return pb2.DefaultData(**fields)


def ndarray(value):
    made = data()
    json_format.ParseDict(value, made.ndarray)
    return made


def tensor(shape, values):
    return data(tensor=pb2.Tensor(shape=shape, values=values))


def test_a_tensor_is_an_array_of_doubles():
    payload = read(data=tensor([2, 2], [1, 2, 3, math.inf]))
    assert (payload.kind, payload.data.tolist()) == ("tensor", [[1.0, 2.0], [3.0, math.inf]])
    assert payload.data.dtype == float


def test_a_tensor_is_not_copied():
    body = pb2.SeldonMessage(data=tensor([2], [1, 2])).SerializeToString()
    assert np.shares_memory(read_body(body).data, np.frombuffer(body, np.uint8))


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([[1, 2], [3, 4]], float),
        ([1.5, None], float),
        ([[True, False]], bool),
        (["a", "b"], "<U1"),
        ([["a", 1.5, None, True]], object),
        ([], float),
        ([[[[1.0]]]], float),
    ],
)
def test_an_ndarray_follows_the_rules_of_json_lists_with_doubles_for_numbers(value, dtype):
    payload = read(data=ndarray(value))
    assert (payload.kind, payload.data.dtype) == ("ndarray", np.dtype(dtype))
    expected = message.to_payload({"data": {"ndarray": value}}).data
    np.testing.assert_array_equal(payload.data, expected)


def test_names_meta_and_status_are_read():
    payload = read(
        data=pb2.DefaultData(names=["ä", "b"], tensor=pb2.Tensor(shape=[1, 2], values=[1, 2])),
        meta=pb2.Meta(
            puid="p",
            routing={"router": -1},
            requestPath={"unit": "image"},
            metrics=[pb2.Metric(key="k", type="TIMER", value=0.1, tags={"a": "b"})],
        ),
        status=pb2.Status(code=200, info="fine", status="FAILURE"),
    )
    assert payload.names == ["ä", "b"]
    assert payload.meta == {
        "puid": "p",
        "routing": {"router": -1},
        "requestPath": {"unit": "image"},
        "metrics": [{"key": "k", "type": "TIMER", "value": 0.1, "tags": {"a": "b"}}],
    }
    assert payload.status == {"code": 200, "info": "fine", "reason": "", "status": "FAILURE"}


def test_tags_of_any_kind_are_read():
    tags: dict[str, Any] = {"n": None, "b": True, "x": 1.5, "s": "é", "l": [1.0, [None]], "o": {"k": {}}}
    sent = pb2.SeldonMessage()
    for key, value in tags.items():
        json_format.ParseDict(value, sent.meta.tags[key])
    assert read_message(sent).meta == {"tags": tags}


@pytest.mark.parametrize(
    ("fields", "kind", "value"),
    [
        ({"strData": "é"}, "strData", "é"),
        ({"strData": ""}, "strData", ""),
        ({"binData": b"\0\xff"}, "binData", b"\0\xff"),
        ({"binData": b""}, "binData", b""),
        ({}, None, None),
    ],
)
def test_text_bytes_and_nothing_are_read(fields, kind, value):
    payload = read(**fields)
    assert (payload.kind, payload.data) == (kind, value)


def test_a_list_of_messages_is_read():
    sent = pb2.SeldonMessageList(seldonMessages=[pb2.SeldonMessage(strData=word) for word in "ab"])
    payloads = proto_codec.to_content("aggregate", sent.SerializeToString())
    assert isinstance(payloads, list)
    assert [one.data for one in payloads] == ["a", "b"]


def test_feedback_is_read_with_the_truth_as_truth_and_the_reward_as_it_was_written():
    sent = pb2.Feedback(
        request=pb2.SeldonMessage(strData="q"),
        reward=0.1,
        truth=pb2.SeldonMessage(strData="t"),
        response=pb2.SeldonMessage(meta=pb2.Meta(routing={"unit": 1})),
    )
    feedback = proto_codec.to_content("send_feedback", sent.SerializeToString())
    assert isinstance(feedback, Feedback)
    assert (feedback.request.data, feedback.truth.data, feedback.reward) == ("q", "t", 0.1)
    assert feedback.response.meta == {"routing": {"unit": 1}}


@pytest.mark.parametrize(
    ("sent", "info"),
    [
        (pb2.SeldonMessage(data=tensor([2, 2], [1, 2, 3])), "data.tensor: shape [2, 2] does not fit 3 values"),
        (pb2.SeldonMessage(data=tensor([], [1, 2])), "data.tensor: shape [] does not fit 2 values"),
        (pb2.SeldonMessage(data=tensor([-1], [1])), "data.tensor.shape: expected a list of sizes"),
        (pb2.SeldonMessage(data=tensor([2**31 - 1] * 3 + [0], [])), "data.tensor.shape: expected at most 65536 rows and"),
        (
            pb2.SeldonMessage(data=data(names=["a"])),
            "data: expected one of tensor, ndarray, tftensor, found none of them",
        ),
        (pb2.SeldonMessage(data=ndarray([[1], [2, 3]])), "data.ndarray: row 1 has 2 values where row 0 has 1 values"),
        (pb2.SeldonMessage(data=data(tftensor={"dtype": 8})), "data.tftensor.dtype: expected one of DT_FLOAT"),
        (
            pb2.SeldonMessage(meta=pb2.Meta(metrics=[pb2.Metric(key="k", type=7)])),
            "meta.metrics: type of 'k': expected 0 to 2",
        ),
    ],
)
def test_the_error_for_a_wrong_message_names_the_field(sent, info):
    with pytest.raises(BadPayload) as error:
        proto_codec.to_content("predict", sent.SerializeToString())
    assert info in str(error.value)


@pytest.mark.parametrize("method", ["predict", "aggregate", "send_feedback"])
@pytest.mark.parametrize("body", [b"\xff", b"\x0a\xff", b"{}"])
def test_bytes_that_are_no_message_are_refused(method, body):
    with pytest.raises(BadPayload, match="the request is no seldon.protos"):
        proto_codec.to_content(method, body)


def test_an_empty_list_of_messages_is_refused():
    with pytest.raises(BadPayload, match="seldonMessages: expected a list of messages, found an empty list"):
        proto_codec.to_content("aggregate", b"")


def test_a_list_nested_deeper_than_protobuf_takes_is_refused():
    nested = b""
    for _ in range(200):
        nested = field(0x0A, field(0x32, nested))
    with pytest.raises(BadPayload, match="the request is no seldon.protos.SeldonMessage"):
        proto_codec.to_content("predict", field(0x1A, field(0x1A, nested)))
