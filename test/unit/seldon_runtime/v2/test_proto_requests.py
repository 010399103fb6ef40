"""v2.proto_messages.read, with protobuf's own classes as the judge."""

import re
import threading
from typing import Any

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from seldon_component.errors import BadPayload
from seldon_runtime.codec.proto_fields import field
from seldon_runtime.errors import TooLarge
from seldon_runtime.v2 import proto_messages
from seldon_runtime.v2.datatypes import DATATYPES
from seldon_runtime.v2.messages import RequestedOutput, Tensor
from support.generated_v2 import FIELDS, pb2
from support.v2_tensors import PARAMETERS, TYPED, parameters_into, request_of, several, tensors


def check_tensors(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert (one.name, one.datatype, one.shape) == (other.name, other.datatype, other.shape)
        assert one.parameters == other.parameters
        assert (one.data.dtype, one.data.shape) == (DATATYPES[one.datatype].dtype, one.shape)
        np.testing.assert_array_equal(one.data, other.data)


def read_error(message):
    body = message if isinstance(message, bytes) else message.SerializeToString()
    with pytest.raises(BadPayload) as error:
        proto_messages.read(body)
    return str(error.value)


def one_input(**fields):
    raw = fields.pop("raw", ())
    return pb2.ModelInferRequest(inputs=[{"name": "x", **fields}], raw_input_contents=raw)


@given(inputs=several(tensors(), min_size=1))
def test_raw_inputs_of_every_datatype_and_shape(inputs):
    request, is_raw = proto_messages.read(request_of(inputs, raw=True).SerializeToString())
    assert is_raw
    check_tensors(request.inputs, inputs)


@given(inputs=several(TYPED, min_size=1))
def test_typed_inputs_of_every_datatype_and_shape(inputs):
    request, is_raw = proto_messages.read(request_of(inputs, raw=False).SerializeToString())
    assert not is_raw
    check_tensors(request.inputs, inputs)


@given(name=st.text(), version=st.text(), id=st.text(), parameters=PARAMETERS,
       outputs=st.lists(st.tuples(st.text(), PARAMETERS), max_size=3))
def test_everything_beside_the_inputs(name, version, id, parameters, outputs):
    message = one_input(datatype="FP32", shape=[0])
    message.model_name, message.model_version, message.id = name, version, id
    parameters_into(message.parameters, parameters)
    for wanted, own in outputs:
        parameters_into(message.outputs.add(name=wanted).parameters, own)
    request, _ = proto_messages.read(message.SerializeToString())
    assert (request.model_name, request.model_version, request.id) == (name, version, id)
    assert request.parameters == parameters
    assert request.outputs == [RequestedOutput(wanted, own) for wanted, own in outputs]


def test_parameters_of_triton_and_those_without_a_value():
    message = one_input(datatype="FP32", shape=[0])
    message.parameters["a"].double_param = 0.5
    message.parameters["b"].uint64_param = 2**64 - 1
    message.parameters["c"].SetInParent()
    assert proto_messages.read(message.SerializeToString())[0].parameters == {"a": 0.5, "b": 2**64 - 1}


@pytest.mark.parametrize("field", sorted(set(FIELDS.values()) - {"bytes_contents"}))
def test_a_client_that_packs_no_numbers(field):
    datatype = next(name for name, own in FIELDS.items() if own == field)
    values = [1, 0, 1]
    packed = pb2.InferTensorContents(**{field: values}).SerializeToString()
    number, size = packed[0] >> 3, (len(packed) - 2) // 3
    wire_type = {1: 0, 4: 5, 8: 1}[size]
    unpacked = b"".join(bytes([number << 3 | wire_type]) + packed[2 + size * at: 2 + size * (at + 1)] for at in range(3))
    assert pb2.InferTensorContents.FromString(unpacked) == pb2.InferTensorContents.FromString(packed)
    tensor = pb2.ModelInferRequest.InferInputTensor(name="x", datatype=datatype).SerializeToString() + b"\x18\x03"
    body = tensor + bytes([0x2A, len(unpacked)]) + unpacked
    request, _ = proto_messages.read(bytes([0x2A, len(body)]) + body)
    assert request.inputs[0].data.tolist() == values


def test_contents_in_two_parts_are_joined_as_protobuf_joins_them():
    parts = [pb2.ModelInferRequest.InferInputTensor(contents=pb2.InferTensorContents(int_contents=numbers)).SerializeToString()
             for numbers in ([1, 2], [300], [-4])]
    tensor = pb2.ModelInferRequest.InferInputTensor(name="x", datatype="INT32", shape=[4]).SerializeToString()
    body = tensor + b"".join(parts)
    request, _ = proto_messages.read(bytes([0x2A, len(body)]) + body)
    assert request.inputs[0].data.tolist() == [1, 2, 300, -4]


def test_unknown_fields_are_ignored():
    unknown = b"\xf8\x3f\x96\x01" + b"\xfa\x3f\x02hi" + b"\xfd\x3f1234" + b"\xf9\x3f12345678"  # number 1023, every wire type
    message = one_input(datatype="FP32", shape=[1], contents={"fp32_contents": [1]})
    body = message.SerializeToString()
    pb2.ModelInferRequest.FromString(unknown + body)
    assert proto_messages.read(unknown + body + unknown)[0].inputs[0].data.tolist() == [1.0]


@pytest.mark.parametrize("tag", [b"\x80\x80\x80\x80\x80\x01", b"\xf8\xff\xff\xff\x1f", b"\x00", b"\x0b", b"\x0e"])
def test_a_tag_that_no_field_has_is_refused(tag):
    body = one_input(datatype="FP32", shape=[0]).SerializeToString() + tag + b"\x01"
    with pytest.raises(DecodeError):
        pb2.ModelInferRequest.FromString(body)
    assert read_error(body) == "the request is no inference.ModelInferRequest: its bytes are not in protobuf's encoding"


@settings(max_examples=300)
@given(data=st.data())
def test_a_damaged_message_is_read_as_protobuf_reads_it_or_refused(data):
    """What protobuf refuses is refused, and never an error of another class is raised."""
    inputs = data.draw(several(tensors(), min_size=1))
    damaged = bytearray(request_of(inputs, raw=True, model_name="m").SerializeToString())
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=3)):
        damaged[at] = data.draw(st.integers(0, 255))
    body = bytes(damaged[:data.draw(st.integers(0, len(damaged)))])
    try:
        judged = pb2.ModelInferRequest.FromString(body)
    except DecodeError:
        judged = None
    try:
        request, _ = proto_messages.read(body)
    except BadPayload:
        return
    assert judged is not None
    assert [tensor.name for tensor in judged.inputs] == [tensor.name for tensor in request.inputs]
    assert (judged.model_name, judged.id) == (request.model_name, request.id)


@pytest.mark.parametrize(("message", "text"), [
    (one_input(datatype="FP32", shape=[2], contents={"fp32_contents": [1]}),
     "input 'x': contents: expected 2 elements for shape [2], found 1"),
    (one_input(datatype="FP32", shape=[1], contents={"fp64_contents": [1]}),
     "input 'x': contents: expected fp32_contents for FP32, found fp64_contents"),
    (one_input(datatype="INT8", shape=[2], contents={"int_contents": [1, 128]}),
     "input 'x': contents[1]: expected an integer from -128 to 127 (INT8), found 128; send such a value, or another datatype"),
    (one_input(datatype="UINT8", shape=[1], contents={"bytes_contents": [b"a"]}),
     "input 'x': contents: expected uint_contents for UINT8, found bytes_contents"),
    (one_input(datatype="FP32", shape=[-1], contents={"fp32_contents": [1]}),
     "input 'x': shape: expected a list of sizes, none below 0, found [-1]"),
    (one_input(datatype="FP32", shape=[1] * 40, contents={"fp32_contents": [1]}),
     "input 'x': shape: expected at most 32 dimensions, found 33"),
    (one_input(datatype="fp32", shape=[1], contents={"fp32_contents": [1]}),
     re.compile(r"input 'x': datatype: expected one of BOOL, .*, found 'fp32'")),
    (one_input(datatype="FP16", shape=[1], contents={"fp32_contents": [1]}),
     "input 'x': expected raw_input_contents for FP16, found none; send the tensor raw"),
    (one_input(datatype="FP32", shape=[2], raw=[b"1234"]),
     "input 'x': raw_input_contents: expected 8 bytes for FP32 of shape [2], found 4"),
    (one_input(datatype="FP32", shape=[1], raw=[b"1234", b"1234"]),
     "raw_input_contents: expected 1 of them, one for each input, found 2"),
    (one_input(datatype="FP32", shape=[1], contents={"fp32_contents": [1]}, raw=[b"1234"]),
     "input 'x': contents: expected none beside raw_input_contents, found fp32_contents"),
    (one_input(datatype="FP32", shape=[2**40, 2**40], raw=[b""]),
     re.compile(r"input 'x': raw_input_contents: expected \d+ bytes for FP32 of shape .*, found 0")),
    (pb2.ModelInferRequest(), "message: inputs: expected at least one input, found none"),
    (pb2.ModelInferRequest(inputs=[{"datatype": "FP32", "shape": [0]}]), "inputs[0]: name: expected text, found none"),
    (pb2.ModelInferRequest(inputs=[{"name": "x", "datatype": "FP32", "shape": [0]}] * 2),
     "inputs: expected different names, found x, x"),
    (one_input(datatype="FP32", shape=[1], parameters={"shared_memory_region": pb2.InferParameter(string_param="r")}),
     "input 'x': expected data, found a region of shared memory, which is not supported; send data"),
    (b"\x0a\xff", "the request is no inference.ModelInferRequest: its bytes are not in protobuf's encoding"),
    (b"\x0a\x01\xff", re.compile("the request is no inference.ModelInferRequest: a text in it is not UTF-8: .*")),
])  # fmt: skip
def test_an_error_names_the_input_and_what_was_found(message, text):
    found = read_error(message)
    assert re.fullmatch(text, found) if isinstance(text, re.Pattern) else found == text


def test_raw_numbers_are_views_of_the_request():
    body = request_of([Tensor("x", "FP32", (4,), np.arange(4, dtype=np.float32))], raw=True).SerializeToString()
    data = proto_messages.read(body)[0].inputs[0].data
    assert not data.flags.owndata
    assert np.shares_memory(data, np.frombuffer(body, np.uint8))


TENSOR = b"\x2a\xc0\x9a\x0c"  # the head of an input of 200,000 bytes


@pytest.mark.parametrize("body", [
    b"\x32\x00" * 100_000, b"\x22\x00" * 100_000, b"\x2a\x00" * 100_000, b"\x3a\x00" * 100_000, b"\x0a\x00" * 250_000,
    b"\x78\x00" * 250_000, TENSOR + b"\x2a\x00" * 100_000 + b"\x78\x00" * 150_000, TENSOR + b"\x18\x01" * 100_000 + b"\x78\x00" * 150_000,
], ids=["outputs", "parameters", "inputs", "raw", "names", "unknown", "contents", "sizes"])  # fmt: skip
def test_many_objects_in_few_bytes_are_refused(body):
    with pytest.raises(TooLarge, match="GRPC_MAX_MESSAGE_BYTES"):
        proto_messages.read(body, largest=len(body))


@pytest.mark.parametrize("raw", [True, False])
def test_many_texts_in_few_bytes_are_refused(raw):
    tensor = Tensor("x", "BYTES", (300_000,), np.full(300_000, b"", object))
    with pytest.raises(TooLarge, match="GRPC_MAX_MESSAGE_BYTES"):
        proto_messages.read(request_of([tensor], raw).SerializeToString(), largest=1_000_000)


def test_a_parameter_in_two_million_pieces_takes_no_minutes():
    """Each piece was once copied together with all pieces before it."""
    piece = field(0x12, b"\x10\x01")  # the value: int64_param
    parameter = field(0x22, field(0x0A, b"k") + piece * 2_000_000)
    body = field(0x2A, field(0x0A, b"x") + field(0x12, b"FP64") + field(0x1A, b"\0") + parameter) + field(0x3A, b"")
    found: list[Any] = []
    reading = threading.Thread(target=lambda: found.append(proto_messages.read(body)[0]), daemon=True)
    reading.start()
    reading.join(60)
    assert found and found[0].inputs[0].parameters == {"k": 1}
