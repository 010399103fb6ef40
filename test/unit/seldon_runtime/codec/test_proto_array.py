"""codec.proto_array, the fast path for tensors and ndarrays of numbers, gives the same as the general codec."""

import math
import struct
import tracemalloc

import numpy as np
import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from seldon_component.codec import proto_message
from seldon_component.errors import BadPayload, ModelError
from seldon_component.payload import Payload
from seldon_component.proto import classes
from seldon_runtime.codec import proto_array, proto_codec
from seldon_runtime.codec.proto_fields import as_varint, field
from support.seldon_messages import encoded, read_body


def general(body):
    message = classes.message_class("SeldonMessage")()
    message.ParseFromString(body)
    return proto_message.to_payload(message)


def by_fast_path(payload):
    made = proto_array.write(payload, proto_codec.encode_plain)
    return proto_codec.encode_plain(payload) if made is None else made


def meaning(read, body):
    """The message as `read` reads it, with all bits of each number, or the error. None if `read` returns None."""
    try:
        payload = read(body)
    except Exception as error:  # protobuf's errors are among them
        return f"{type(error).__name__}: {error}"
    data = payload and payload.data
    if isinstance(data, np.ndarray):
        assert data.flags.c_contiguous and (data.flags.writeable or payload.kind == "tensor")
        data = (data.dtype, data.shape, data.tolist() if data.dtype == object else data.tobytes())
    return payload and repr((payload.kind, data, payload.names, payload.meta, payload.status))


def assert_same_meaning(body):
    """Whether the fast path reads the message. If it does, its result is that of the general codec."""
    found = meaning(lambda body: proto_array.read(body, general), body)
    if found is not None:
        assert found == meaning(general, body)
    return found is not None


SHAPE, VALUES = field(0x0A, b"\x01\x02"), field(0x12, struct.pack("<4d", 1, -0.0, float("inf"), float("nan")))
TENSOR = SHAPE[:1] + b"\x02\x02\x02" + VALUES
DATA = field(0x0A, b"a") + field(0x12, TENSOR)
CELL = field(0x0A, b"\x11" + struct.pack("<d", 0.1))
ROW, WIDER = field(0x0A, field(0x32, CELL * 2)), field(0x0A, field(0x32, CELL * 3))
META = field(0x12, field(0x0A, b"p"))
STATUS = field(0x0A, b"\x08\x05")


@pytest.mark.parametrize("body", [
    field(0x1A, DATA),
    META + field(0x1A, DATA) + STATUS,
    field(0x1A, DATA) + META + field(0x0A, b"") + b"\x12\0",
    META + META + field(0x1A, DATA),
    field(0x1A, DATA) + field(0x12, field(0x2A, b"\x10\x07")),
    field(0x1A, field(0x0A, b"a") + field(0x0A, b"") + field(0x12, VALUES + b"\x0a\x02\x02\x02")),
    field(0x1A, field(0x1A, CELL)), field(0x1A, field(0x1A, CELL * 3)), META + field(0x1A, field(0x0A, b"a") + field(0x1A, ROW * 2)),
    field(0x1A, field(0x12, b"\x0a\x01\0\x12\0")),
])
def test_the_fast_path_reads_an_array_of_numbers(body):
    assert assert_same_meaning(body)


@pytest.mark.parametrize("body", [
    b"", META, STATUS, field(0x1A, b""), field(0x1A, field(0x0A, b"a")), field(0x1A, field(0x12, b"")),
    field(0x1A, field(0x12, TENSOR) + field(0x0A, b"a")), field(0x1A, field(0x1A, b"")), field(0x1A, field(0x1A, b"\x0a\0")),
    field(0x1A, field(0x1A, field(0x0A, b"\x32\0"))), field(0x1A, field(0x1A, field(0x0A, b"\x08\0"))),
    field(0x1A, field(0x1A, CELL + ROW)), field(0x1A, field(0x1A, ROW + CELL)), field(0x1A, field(0x1A, ROW + WIDER)),
    field(0x1A, field(0x1A, ROW + field(0x0A, b"\x32\0"))), field(0x1A, field(0x1A, field(0x0A, field(0x32, ROW)))),
    field(0x1A, field(0x1A, field(0x0A, field(0x32, CELL + b"\x0a\x09\x1a\x07textual")))), field(0x1A, field(0x1A, ROW + b"\x0a")),
    field(0x1A, field(0x1A, CELL + field(0x0A, b"\x08\0"))), field(0x1A, field(0x1A, CELL) + field(0x1A, CELL)),
    field(0x1A, DATA) * 2, field(0x1A, DATA) + field(0x22, b"x"), field(0x22, b"x") + field(0x1A, DATA),
    field(0x1A, DATA) + b"\x40\x01", field(0x1A, DATA) + field(0x42, b"x"), field(0x1A, DATA) + b"\x23\x24",
    field(0x1A, DATA) + b"\x25\0\0\0\0", field(0x1A, DATA) + b"\x82\x01\x01x", field(0x1A, DATA + b"\x20\x01"),
    field(0x1A, DATA + field(0x12, TENSOR)), field(0x1A, DATA + field(0x1A, b"")), field(0x1A, DATA + field(0x22, b"")),
    field(0x1A, field(0x0A, b"\xff") + field(0x12, TENSOR)), field(0x1A, field(0x0A, b"\xed\xa0\x80") + field(0x12, TENSOR)),
    field(0x1A, field(0x12, VALUES)), field(0x1A, field(0x12, SHAPE)), field(0x1A, field(0x12, TENSOR + VALUES)),
    field(0x1A, field(0x12, TENSOR + SHAPE)), field(0x1A, field(0x12, b"\x08\x04" + VALUES)),
    field(0x1A, field(0x12, b"\x0a\x01\x01\x11" + b"\0" * 8)), field(0x1A, field(0x12, TENSOR + field(0x1A, b""))),
    field(0x1A, field(0x12, b"\x0a\x01\x01\x12\x07" + b"\0" * 7)), field(0x1A, field(0x12, b"\x0a\x01\x84" + VALUES)),
    field(0x1A, field(0x12, b"\x0a\x0a" + b"\xff" * 9 + b"\x01" + VALUES)),
    field(0x1A, field(0x12, b"\x0a\x02\x84\x00" + VALUES)), b"\x1a\x80", b"\x1a", b"\x1a\xff\xff\xff\xff\xff\x01",
    b"\x1a" + bytes([len(DATA) + 1]) + DATA, b"\x9a\x00" + field(0x1A, DATA)[1:], field(0x1A, DATA) + b"\x12",
    b"\x1a" + bytes([len(DATA) | 128, 0]) + DATA,
    field(0x1A, field(0x12, SHAPE + VALUES)),
    field(0x1A, field(0x12, b"\x0a\0" + VALUES)),
    field(0x1A, field(0x12, b"\x0a\x05\xff\xff\xff\xff\x07" + VALUES)),
    field(0x1A, field(0x12, b"\x0a\x10" + b"\xff\xff\xff\xff\x07" * 3 + b"\0" + b"\x12\0")),
])
def test_the_fast_path_leaves_every_other_message(body):
    assert not assert_same_meaning(body)


def test_a_tag_beside_a_tensor_may_be_nested_as_deep_as_protobuf_allows():
    for depth in range(30, 60):
        value = b""
        for _ in range(depth):
            value = field(0x32, field(0x0A, value))
        meta = field(0x12, field(0x12, field(0x0A, b"k") + field(0x12, value)))
        assert assert_same_meaning(meta + field(0x1A, DATA))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
doubles = hnp.arrays(float, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4), elements=st.floats())
metas = st.fixed_dictionaries({}, optional={
    "puid": texts, "tags": st.dictionaries(texts, st.floats() | st.lists(texts), max_size=1),
    "routing": st.dictionaries(texts, st.integers(-2**31, 2**31 - 1), max_size=1),
    "metrics": st.just([{"key": "k", "type": "TIMER", "value": 0.1, "tags": {"a": "b"}}]),
})
statuses = st.none() | st.just({"code": 5, "info": "i", "reason": "", "status": "FAILURE"})
tensors = st.builds(Payload, st.just("tensor"), doubles, st.lists(texts, max_size=3), metas, statuses)
ndarrays = st.builds(Payload, st.just("ndarray"), doubles, st.lists(texts, max_size=3), metas, statuses)


@given(tensors)
def test_the_fast_path_reads_any_tensor(payload):
    body = encoded(payload)
    assert assert_same_meaning(body) == bool(payload.data.ndim and payload.data.size)


@given(st.builds(Payload, st.just("ndarray"), st.one_of(
    doubles, hnp.arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 40)), elements=st.floats())), metas))
def test_the_fast_path_reads_any_ndarray_of_numbers(payload):
    if payload.data.ndim:
        is_finite = np.isfinite(payload.data).all()
        assert assert_same_meaning(encoded(payload)) == bool(payload.data.ndim <= 2 and payload.data.size and is_finite)


@given(hnp.arrays(float, hnp.array_shapes(min_dims=1, max_dims=2, max_side=9),
                  elements=st.sampled_from([math.nan, math.inf, -math.inf, 1.5])))
def test_the_fast_path_writes_nan_and_infinity_as_null(array):
    payload = Payload("ndarray", array)
    assert proto_array.write(payload, lambda rest: b"") is not None
    assert proto_codec.encode(payload) == proto_codec.encode_plain(payload)
    json_format.MessageToDict(classes.message_class("SeldonMessage").FromString(proto_codec.encode(payload)))


@given(tensors | ndarrays.filter(lambda payload: payload.data.ndim), st.data())
def test_a_damaged_message_has_one_meaning(payload, data):
    damaged = bytearray(encoded(payload))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged)))
        damaged[at:at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    assert_same_meaning(bytes(damaged))


@given(tensors, st.lists(st.sampled_from([b"\x1a\0", META, STATUS, b"\x22\0", b"\x40\x01", field(0x1A, DATA)]), max_size=2))
def test_a_message_with_repeated_fields_has_one_meaning(payload, more):
    assert_same_meaning(b"".join([encoded(payload), *more]))
    assert_same_meaning(b"".join([*more, encoded(payload)]))


arrays = doubles | hnp.arrays(
    hnp.integer_dtypes(endianness="=") | hnp.unsigned_integer_dtypes(endianness="=") | hnp.floating_dtypes(
        endianness="=", sizes=(16, 32)) | st.just(np.dtype(bool)) | st.just(np.dtype("<U2")),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
loose = st.text(max_size=3)


@given(arrays, st.lists(loose, max_size=3), metas, statuses, st.sampled_from(["tensor", "ndarray"]))
def test_the_fast_path_writes_the_bytes_of_the_general_codec(array, names, meta, status, kind):
    payload = Payload(kind, array, names, meta, status)
    try:
        expected = encoded(payload)
    except ModelError as error:
        with pytest.raises(ModelError) as found:
            by_fast_path(payload)
        assert str(found.value) == str(error)
    else:
        assert by_fast_path(payload) == expected


@pytest.mark.parametrize("array", [np.arange(6).reshape(2, 3).T, np.array([2**53 + 1, 2**63 - 1]),
                                   np.array([2**64 - 1, 2**53 + 1], np.uint64), np.array(5), np.zeros((0, 3)),
                                   np.arange(6.0)[::-2], np.zeros(300), np.array([0.1], np.float16), np.array([True])])
def test_an_array_of_any_make_is_written_as_doubles(array):
    payload = Payload("tensor", array, ["a"], {"puid": "p"})
    assert by_fast_path(payload) == encoded(payload)


def test_a_routing_that_cannot_be_sent_beside_a_tensor_is_an_error():
    with pytest.raises(ModelError, match="the message cannot be sent over gRPC: "):
        proto_codec.encode(Payload("tensor", np.zeros(1000), [], {"routing": {"u": 2**31}}))


@pytest.mark.parametrize("kind", ["tensor", "ndarray"])
@pytest.mark.parametrize("shape", [(1, 11), (10, 100), (3, 2000)])
def test_numbers_are_read_and_written_by_the_fast_path(monkeypatch, kind, shape):
    payload = Payload(kind, np.arange(math.prod(shape), dtype=float).reshape(shape), ["a"])
    body = encoded(payload)
    monkeypatch.setattr(proto_message, "_ARRAY_WRITERS", {})
    monkeypatch.setattr(proto_message, "_ARRAY_READERS", {})
    assert proto_codec.encode(payload) == body
    assert read_body(body).data.tolist() == payload.data.tolist()


def test_the_error_for_a_large_wrong_tensor_names_the_field():
    body = field(0x1A, field(0x12, b"\x0a\x01\x02" + field(0x12, bytes(8000))))
    with pytest.raises(BadPayload, match=r"^data.tensor: shape \[2\] does not fit 1000 values$"):
        proto_codec.to_content("predict", body)


def test_a_row_that_says_it_is_longer_than_its_message_takes_no_memory():
    value = b"\x32" + as_varint(11 * 10**8) + CELL
    body = field(0x1A, field(0x1A, b"\x0a" + as_varint(11 * 10**8 + 6) + value))
    tracemalloc.start()
    try:
        assert proto_array.read(body, general) is None
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_a_message_of_many_parts_is_joined_once():
    """Each part used to be a new copy of all parts before it."""
    parts = META * 200_000
    payload = proto_array.read(parts + field(0x1A, DATA), lambda rest: Payload(meta={"length": len(rest)}))
    assert payload and payload.meta == {"length": len(parts)}
