"""codec.proto_codec both ways: what comes back is what was sent, and the same as with json_codec."""

import math
import struct

import pytest
from google.protobuf import any_pb2, json_format, wrappers_pb2
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from seldon_component.payload import Payload
from seldon_runtime.codec import json_codec, proto_codec
from support.generated import pb2
from support.seldon_messages import read, read_message, response


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
    made = pb2.DefaultData()
    made.tftensor.dtype, made.tftensor.tensor_content = 2, struct.pack("<2d", 1.5, math.nan)
    made.tftensor.tensor_shape.dim.add(size=2)
    payload = read(data=made)
    assert (payload.kind, str(payload.data.tolist())) == ("tftensor", "[1.5, nan]")
    assert response("tftensor", payload.data).data.tftensor == made.tftensor


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
