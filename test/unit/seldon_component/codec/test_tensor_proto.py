"""seldon_component.codec.tensor_proto: a TensorProto in both encodings, JSON and message, without TensorFlow."""

import base64
import struct

import numpy as np
import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from seldon_component.codec import message, proto_message, tensor_proto
from seldon_component.errors import BadPayload
from seldon_component.proto import classes

ONE_AND_HALF_AS_HALF, ONE_AND_HALF_AS_BFLOAT16 = 0x3E00, 0x3FC0
# name, number, struct's letter, the typed field, its values, the dtype and the values that they mean
KINDS = [
    ("DT_FLOAT", 1, "f", "floatVal", [1.5, -2.0], "f4", [1.5, -2.0]),
    ("DT_DOUBLE", 2, "d", "doubleVal", [1.5, 1e300], "f8", [1.5, 1e300]),
    ("DT_INT32", 3, "i", "intVal", [1, -2], "i4", [1, -2]),
    ("DT_UINT8", 4, "B", "intVal", [1, 255], "u1", [1, 255]),
    ("DT_INT16", 5, "h", "intVal", [1, -2], "i2", [1, -2]),
    ("DT_INT8", 6, "b", "intVal", [1, -128], "i1", [1, -128]),
    ("DT_INT64", 9, "q", "int64Val", [1, -(2**63)], "i8", [1, -(2**63)]),
    ("DT_BOOL", 10, "?", "boolVal", [True, False], "?", [True, False]),
    ("DT_UINT16", 17, "H", "intVal", [1, 65535], "u2", [1, 65535]),
    ("DT_HALF", 19, "H", "halfVal", [ONE_AND_HALF_AS_HALF, 0], "f2", [1.5, 0.0]),
    ("DT_UINT32", 22, "I", "uint32Val", [1, 2**32 - 1], "u4", [1, 2**32 - 1]),
    ("DT_UINT64", 23, "Q", "uint64Val", [1, 2**64 - 1], "u8", [1, 2**64 - 1]),
    ("DT_QINT8", 11, "b", "intVal", [1, -2], "i1", [1, -2]),
    ("DT_QUINT8", 12, "B", "intVal", [1, 255], "u1", [1, 255]),
    ("DT_QINT32", 13, "i", "intVal", [1, -2], "i4", [1, -2]),
    ("DT_BFLOAT16", 14, "H", "halfVal", [ONE_AND_HALF_AS_BFLOAT16, 0], "f4", [1.5, 0.0]),
    ("DT_QINT16", 15, "h", "intVal", [1, -2], "i2", [1, -2]),
    ("DT_QUINT16", 16, "H", "intVal", [1, 65535], "u2", [1, 65535]),
]
every_kind = pytest.mark.parametrize(
    ("name", "number", "letter", "key", "values", "dtype", "meant"), KINDS, ids=[row[0] for row in KINDS]
)


def as_json(dtype="DT_DOUBLE", shape=(1, 2), **more):
    return {"dtype": dtype, "tensorShape": {"dim": [{"size": str(size)} for size in shape]}, **more}


def content(data):
    return base64.b64encode(data).decode()


def read(value):
    return tensor_proto.from_json(value, "data.tftensor")


def read_message(**fields):
    message = classes.message_class("DefaultData")().tftensor
    for size in fields.pop("shape"):
        message.tensor_shape.dim.add().size = size
    for key, value in fields.items():
        if isinstance(value, list):
            getattr(message, key).extend(value)
        else:
            setattr(message, key, value)
    return tensor_proto.from_message(message, "data.tftensor")


def assert_is(array, dtype, meant):
    assert (array.dtype, array.shape, array.tolist()) == (np.dtype(dtype), (1, 2), [meant])
    assert array.dtype.isnative and array.flags.writeable


@every_kind
def test_a_typed_field_of_a_message_is_read(name, number, letter, key, values, dtype, meant):
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in key)
    assert_is(read_message(dtype=number, shape=(1, 2), **{snake: values}), dtype, meant)


@every_kind
def test_the_content_of_a_message_is_read(name, number, letter, key, values, dtype, meant):
    data = struct.pack(f"<2{letter}", *values)
    assert_is(read_message(dtype=number, shape=(1, 2), tensor_content=data), dtype, meant)


@every_kind
def test_a_typed_field_of_json_is_read(name, number, letter, key, values, dtype, meant):
    assert_is(read(as_json(name, **{key: values})), dtype, meant)


@every_kind
def test_the_content_of_json_is_read(name, number, letter, key, values, dtype, meant):
    assert_is(read(as_json(number, tensorContent=content(struct.pack(f"<2{letter}", *values)))), dtype, meant)


def test_json_spells_keys_and_numbers_as_protobuf_does_or_plainly():
    snake = {"dtype": 9, "tensor_shape": {"dim": [{"size": 2}]}, "int64_val": ["9223372036854775807", -1]}
    assert read(snake).tolist() == [2**63 - 1, -1]


def test_json_spells_out_infinities_and_nan():
    assert str(read(as_json(doubleVal=["NaN", "-Infinity"])).tolist()) == "[[nan, -inf]]"


def test_fewer_values_than_places_repeat_the_last_one():
    assert read(as_json("DT_INT32", (2, 2), intVal=[1, 7])).tolist() == [[1, 7], [7, 7]]


@pytest.mark.parametrize(("dtype", "places", "values"), [
    ("DT_DOUBLE", 2**17 + 1, 1),
    ("DT_FLOAT", 2**18 + 1, 1),
    ("DT_DOUBLE", 17 * 20_000, 20_000),
])
def test_repetition_is_bounded(dtype, places, values):
    """The bound is one megabyte, or sixteen times the bytes of the values."""
    given = {"floatVal" if dtype == "DT_FLOAT" else "doubleVal": [1.5] * values}
    assert read(as_json(dtype, (places,), **given)).sum() == 1.5 * places
    with pytest.raises(BadPayload, match="filled by repetition"):
        read(as_json(dtype, (places + 1,), **given))


@pytest.mark.parametrize("wire", ["json", "protobuf"])
def test_the_messages_of_a_list_share_the_bound_of_repetition(wire):
    filled, most = as_json(shape=(2**14,), doubleVal=[1]), 8
    with pytest.raises(BadPayload, match=rf"^seldonMessages\[{most}\].data.tftensor: shape \[16384\]: expected at most"):
        read_list(wire, [filled] * (most + 1))
    assert sum(payload.data.sum() for payload in read_list(wire, [filled] * most)) == most * 2**14


def read_list(wire, tensors):
    if wire == "json":
        return message.to_payloads({"seldonMessages": [{"data": {"tftensor": tensor}} for tensor in tensors]})
    messages = classes.message_class("SeldonMessageList")()
    for tensor in tensors:
        json_format.ParseDict(tensor, messages.seldonMessages.add().data.tftensor)
    return proto_message.to_payloads(messages)


def test_no_values_at_all_are_zeros():
    assert read(as_json("DT_INT32", (2,))).tolist() == [0, 0]


def test_no_shape_is_a_scalar():
    assert read({"dtype": "DT_FLOAT", "floatVal": [2.5]}).shape == ()


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)])
def test_an_empty_tensor_keeps_its_shape(shape):
    assert read(as_json("DT_INT8", shape)).shape == shape


def test_bytes_other_than_0_and_1_are_true():
    assert read(as_json("DT_BOOL", (3,), tensorContent=content(b"\0\1\2"))).tolist() == [False, True, True]


def test_a_double_beyond_float32_is_an_infinity():
    assert read(as_json("DT_FLOAT", (1,), floatVal=[1e300])).tolist() == [float("inf")]


@pytest.mark.parametrize(
    ("value", "info"),
    [
        (5, "data.tftensor: expected an object, found 5"),
        (as_json("DT_COMPLEX64"), "data.tftensor.dtype: expected one of DT_FLOAT, DT_DOUBLE"),
        (as_json(18), "found DT_COMPLEX128"),
        (as_json("DT_STRING"), "found 'DT_STRING'"),
        (as_json("double"), "found 'double'"),
        (as_json(None), "found DT_INVALID"),
        (as_json(True), "found a bool"),
        (as_json([1]), "found a list"),
        (as_json(doubleVal=[1, 2, 3]), "data.tftensor: shape [1, 2] does not fit 3 values of double_val"),
        (as_json(doubleVal=5), "data.tftensor.double_val: expected a list, found 5"),
        (as_json(doubleVal=["x"]), "data.tftensor.double_val: expected a number, found 'x'"),
        (as_json(doubleVal=[None]), "data.tftensor.double_val: expected a number, found null"),
        (as_json("DT_UINT8", intVal=[1, 256]), "data.tftensor.int_val: expected values of DT_UINT8, found 256"),
        (as_json("DT_UINT8", intVal=[1.5]), "data.tftensor.int_val: expected values of DT_UINT8, found 1.5"),
        (as_json(intVal=5, doubleVal=[10**400]), "expected values of DT_DOUBLE, found 1000"),
        (as_json("DT_INT8", intVal=[True]), "expected values of DT_INT8, found a bool"),
        (as_json("DT_UINT64", uint64Val=[-1]), "data.tftensor.uint64_val: expected values of DT_UINT64, found -1"),
        (as_json("DT_INT64", int64Val=[10**30]), "expected values of DT_INT64, found 10000"),
        (as_json("DT_BOOL", boolVal=[2]), "expected values of DT_BOOL, found 2"),
        (as_json(tensorContent="AAAA"), "shape [1, 2] of DT_DOUBLE takes 16 bytes of tensorContent, found 3"),
        (as_json(tensorContent="A"), "data.tftensor.tensorContent: expected base64 text, found 'A'"),
        (as_json(tensorContent=5), "data.tftensor.tensorContent: expected base64 text, found 5"),
        (as_json(shape=(-1,)), "data.tftensor.tensorShape: expected no size below 0, found [-1]"),
        (as_json(shape=(1,) * 33), "data.tftensor.tensorShape: expected at most 32 dimensions, found 33"),
        (as_json(shape=(2**62, 2**62, 0)), "data.tftensor.tensorShape: expected at most 65536 rows and 1048576 columns"),
        (as_json(shape=(0, 2**31 - 1)), "without values, found [0, 2147483647]"),
        (as_json(shape=(10**12,), doubleVal=[1]), "data.tftensor: shape [1000000000000]: expected at most 1048576 bytes"),
        (as_json(shape=(2**27,)), "or 16 times the values, to be filled by repetition, found 1073741824; send all values"),
        (
            {"dtype": 2, "tensorShape": [1]},
            'data.tftensor.tensorShape: expected {"dim": [{"size": ...}, ...]}, found a list',
        ),
        ({"dtype": 2, "tensorShape": {"dim": [{"size": 1.5}]}}, "tensorShape.dim.size: expected an integer, found 1.5"),
        ({"dtype": 2, "tensorShape": {"unknownRank": True}}, "tensorShape: expected sizes, found an unknown rank"),
    ],
)
def test_an_error_names_what_is_wrong_with_a_tensor(value, info):
    with pytest.raises(BadPayload) as error:
        read(value)
    assert info in str(error.value)


def test_a_message_of_unknown_rank_is_refused():
    message = classes.message_class("DefaultData")().tftensor
    message.dtype, message.tensor_shape.unknown_rank = 1, True
    with pytest.raises(BadPayload, match="found an unknown rank"):
        tensor_proto.from_message(message, "data.tftensor")


def test_json_is_written_as_protobuf_writes_it():
    assert tensor_proto.to_json(np.array([[1.5]], np.float32)) == {
        "dtype": "DT_FLOAT",
        "tensorShape": {"dim": [{"size": "1"}, {"size": "1"}]},
        "tensorContent": content(struct.pack("<f", 1.5)),
    }


NUMERIC = st.one_of(
    hnp.floating_dtypes(sizes=(16, 32, 64)), hnp.integer_dtypes(), hnp.unsigned_integer_dtypes(), hnp.boolean_dtypes()
)


@given(hnp.arrays(NUMERIC, hnp.array_shapes(min_dims=0, min_side=0)))
def test_every_numeric_array_survives_both_ways_there_and_back(array):
    message = classes.message_class("DefaultData")().tftensor
    tensor_proto.fill(message, array)
    for back in (tensor_proto.from_message(message, ""), read(tensor_proto.to_json(array))):
        assert back.dtype == array.dtype.newbyteorder("=")
        np.testing.assert_array_equal(back, array)
