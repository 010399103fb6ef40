"""codec.proto_codec.encode and encode_metadata, read by a client that knows only the published field numbers."""

import numpy as np
import pytest
from google.protobuf import json_format
from seldon_component.errors import BadMetadata, ModelError
from seldon_component.payload import Payload
from seldon_component.proto import classes
from seldon_runtime.codec import proto_codec
from support.generated import pb2
from support.seldon_messages import response


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
