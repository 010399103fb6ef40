"""codec.proto_codec with messages of a client that knows only the published field numbers."""

import math
import struct
from typing import Any

import numpy as np
import pytest
from google.protobuf import any_pb2, descriptor_pb2, json_format, wrappers_pb2
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from seldon_component.codec import message
from seldon_component.errors import BadMetadata, BadPayload, ModelError
from seldon_component.payload import Feedback, Payload
from seldon_component.proto import classes
from seldon_runtime.codec import json_codec, proto_codec
from support.generated import pb2, protoc_on


def read(**fields):
    return read_message(pb2.SeldonMessage(**fields))


def read_message(sent: Any) -> Payload:
    """The payload of a SeldonMessage for predict."""
    payload = proto_codec.to_content("predict", sent.SerializeToString())
    assert isinstance(payload, Payload)
    return payload


def response(*payload, **more):
    return pb2.SeldonMessage.FromString(proto_codec.encode(Payload(*payload, **more)))


def data(**fields):
    return pb2.DefaultData(**fields)


def ndarray(value):
    made = data()
    json_format.ParseDict(value, made.ndarray)
    return made


def tensor(shape, values):
    return data(tensor=pb2.Tensor(shape=shape, values=values))


def test_protoc_makes_the_committed_descriptors_from_the_committed_sources(tmp_path):
    folder = classes.DESCRIPTOR_SET.rpartition("/")[0]
    protoc_on(folder, f"--descriptor_set_out={tmp_path}/made.pb", "tensorflow.proto", "prediction.proto")
    committed = descriptor_pb2.FileDescriptorSet.FromString(open(classes.DESCRIPTOR_SET, "rb").read())
    assert committed == descriptor_pb2.FileDescriptorSet.FromString((tmp_path / "made.pb").read_bytes())


def test_a_tensor_is_an_array_of_doubles():
    payload = read(data=tensor([2, 2], [1, 2, 3, math.inf]))
    assert (payload.kind, payload.data.tolist()) == ("tensor", [[1.0, 2.0], [3.0, math.inf]])
    assert payload.data.dtype == float


def test_a_tensor_is_not_copied():
    body = pb2.SeldonMessage(data=tensor([2], [1, 2])).SerializeToString()
    payload = proto_codec.to_content("predict", body)
    assert isinstance(payload, Payload) and np.shares_memory(payload.data, np.frombuffer(body, np.uint8))


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


@pytest.mark.parametrize("value", [None, True, 1.5, "t", [1.0, "a"], {"a": {"b": [None]}}, {}, []])
def test_json_data_is_unchanged_both_ways(value):
    sent = pb2.SeldonMessage()
    json_format.ParseDict(value, sent.jsonData)
    payload = read_message(sent)
    assert (payload.kind, payload.data) == ("jsonData", value)
    assert json_format.MessageToDict(response("jsonData", value).jsonData) == value


def test_custom_data_is_the_bytes_of_an_any_both_ways():
    custom = any_pb2.Any()
    custom.Pack(wrappers_pb2.StringValue(value="mine"))
    payload = read(customData=custom)
    assert (payload.kind, payload.data) == ("customData", custom.SerializeToString())
    assert response("customData", payload.data).customData == custom


def test_a_tftensor_is_read_and_written():
    made = data()
    made.tftensor.dtype, made.tftensor.tensor_content = 2, struct.pack("<2d", 1.5, math.nan)
    made.tftensor.tensor_shape.dim.add(size=2)
    payload = read(data=made)
    assert (payload.kind, str(payload.data.tolist())) == ("tftensor", "[1.5, nan]")
    assert response("tftensor", payload.data).data.tftensor == made.tftensor


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
        value = b"\x32" + varint(len(nested)) + nested
        nested = b"\x0a" + varint(len(value)) + value
    body = b"\x1a" + varint(len(nested) + 1 + len(varint(len(nested)))) + b"\x1a" + varint(len(nested)) + nested
    with pytest.raises(BadPayload, match="the request is no seldon.protos.SeldonMessage"):
        proto_codec.to_content("predict", body)


def varint(number):
    return bytes([number & 127 | 128]) + varint(number >> 7) if number > 127 else bytes([number])


def test_a_tensor_response_has_its_shape_names_and_meta():
    metrics = [
        {"key": "k", "type": "GAUGE", "value": 2, "tags": {"a": "b"}},
        {"key": "c", "type": "COUNTER", "value": 1},
    ]
    meta = {"puid": "p", "tags": {"n": None, "l": [True, {"k": 2}]}, "routing": {"u": 1}, "metrics": metrics}
    made = response("tensor", np.array([[1, 2]]), ["a", "b"], meta)
    assert (list(made.data.tensor.shape), list(made.data.tensor.values)) == ([1, 2], [1.0, 2.0])
    assert list(made.data.names) == ["a", "b"]
    assert json_format.MessageToDict(made.meta) == {
        "puid": "p",
        "tags": {"n": None, "l": [True, {"k": 2.0}]},
        "routing": {"u": 1},
        "metrics": [{"key": "k", "type": "GAUGE", "value": 2.0, "tags": {"a": "b"}}, {"key": "c", "value": 1.0}],
    }


def test_an_empty_array_keeps_its_kind():
    assert response("ndarray", np.empty((0,))).data.WhichOneof("data_oneof") == "ndarray"
    assert response("tensor", np.empty((0, 3))).data.WhichOneof("data_oneof") == "tensor"


def test_a_status_goes_out_with_its_flag_by_name_or_number():
    made = response(status={"code": 418, "info": "teapot", "status": "FAILURE"})
    assert made.status == pb2.Status(code=418, info="teapot", status="FAILURE")


def test_an_integer_beyond_2_to_the_53_becomes_the_nearest_double():
    assert response("tensor", np.array([2**53 + 1])).data.tensor.values[0] == 2.0**53


@pytest.mark.parametrize(
    "payload",
    [
        Payload("jsonData", 10**400),
        Payload("strData", "\ud800"),
        Payload("customData", b"\xff"),
        Payload(meta={"routing": {"u": 2**31}}),
        Payload(meta={"routing": {"u": "x"}}),
        Payload(status={"code": 2**31}),
    ],
)
def test_a_value_that_protobuf_cannot_carry_is_a_model_error(payload):
    with pytest.raises(ModelError, match="the message cannot be sent over gRPC: "):
        proto_codec.encode(payload)


def test_metadata_becomes_a_message_of_seldon_core_1():
    made = classes.message_class("SeldonModelMetadata").FromString(
        proto_codec.encode_metadata(
            {
                "name": "m",
                "versions": ["1"],
                "custom": {"a": "b"},
                "unknown": 5,
                "inputs": [{"messagetype": "tensor", "schema": {"shape": [3]}}],
                "outputs": [{"name": "o", "shape": [-1]}],
            }
        )
    )
    assert (made.name, list(made.versions), dict(made.custom)) == ("m", ["1"], {"a": "b"})
    assert made.inputs[0].schema.struct_value.fields["shape"].list_value.values[0].number_value == 3
    assert list(made.outputs[0].shape) == [-1]


def test_metadata_of_the_wrong_type_is_refused():
    with pytest.raises(BadMetadata, match="the metadata cannot be sent over gRPC"):
        proto_codec.encode_metadata({"versions": 5})


DOUBLES = hnp.arrays(
    float, hnp.array_shapes(min_dims=1, max_dims=3), elements=st.floats(allow_nan=False, allow_infinity=False)
)


@given(DOUBLES, st.sampled_from(["tensor", "ndarray"]), st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_both_codecs_give_the_same_doubles(array, kind, names):
    sent = Payload(kind, array, names, {"puid": "p"})
    by_proto = proto_codec.to_content("predict", proto_codec.encode(sent))
    by_json = json_codec.to_content("predict", json_codec.encode(sent))
    for one in (by_proto, by_json):
        assert isinstance(one, Payload)
        assert (one.kind, one.names, one.meta) == (kind, names, {"puid": "p"})
        assert one.data.tobytes() == array.tobytes() and one.data.shape == array.shape


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(PLAIN, st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN, min_size=1))
def test_both_codecs_give_the_same_json_and_tags(value, tags):
    sent = Payload("jsonData", value, [], {"tags": tags})
    by_proto = proto_codec.to_content("predict", proto_codec.encode(sent))
    by_json = json_codec.to_content("predict", json_codec.encode(sent))
    assert isinstance(by_proto, Payload) and isinstance(by_json, Payload)
    assert (by_proto.data, by_proto.meta) == (by_json.data, by_json.meta) == (value, {"tags": tags})
