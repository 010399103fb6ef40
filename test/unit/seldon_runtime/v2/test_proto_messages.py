"""v2.proto_messages, with protobuf's own classes as the judge."""

import re
import threading
from typing import Any

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from grpc_tools import protoc
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from seldon_component.errors import BadPayload, ModelError
from seldon_runtime.codec.proto_fields import field
from seldon_runtime.errors import TooLarge
from seldon_runtime.v2 import proto_classes, proto_messages, varints
from seldon_runtime.v2.datatypes import DATATYPES
from seldon_runtime.v2.messages import InferResponse, RequestedOutput, Tensor
from support.generated_v2 import FIELDS, SOURCE, pb2

SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
PARAMETERS = st.dictionaries(st.text(), st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text()), max_size=3)


@st.composite
def tensors(draw, datatypes=tuple(DATATYPES)):
    name = draw(st.sampled_from(datatypes))
    shape = draw(SHAPES)
    if name == "BYTES":
        data = np.empty(shape, object)
        data[...] = draw(arrays.arrays("O", shape, elements=st.binary(max_size=5)))
    else:
        data = draw(arrays.arrays(DATATYPES[name].dtype, shape))
    if name == "BF16":
        data = (np.asarray(data).view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32).reshape(shape)
    return Tensor(draw(st.text(min_size=1, max_size=5)), name, shape, data, draw(PARAMETERS))


def several(kinds, **sizes):
    return st.lists(kinds, max_size=3, unique_by=lambda tensor: tensor.name, **sizes)


TYPED = tensors(tuple(FIELDS))


def raw_bytes(tensor):
    if tensor.datatype == "BYTES":
        return b"".join(len(element).to_bytes(4, "little") + element for element in tensor.data.ravel())
    if tensor.datatype == "BF16":
        return (tensor.data.view(np.uint32) >> 16).astype("<u2").tobytes()
    return tensor.data.tobytes()


def parameters_into(message, parameters):
    for key, value in parameters.items():
        name = {bool: "bool_param", int: "int64_param", str: "string_param"}[type(value)]
        setattr(message[key], name, value)


def request_of(inputs, raw, **fields):
    message = pb2.ModelInferRequest(**fields)
    for tensor in inputs:
        made = message.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)
        parameters_into(made.parameters, tensor.parameters)
        if raw:
            message.raw_input_contents.append(raw_bytes(tensor))
        else:
            getattr(made.contents, FIELDS[tensor.datatype]).extend(tensor.data.ravel().tolist())
    return message


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


def test_the_descriptor_is_that_of_the_proto(tmp_path):
    made = tmp_path / "inference.pb"
    assert protoc.main(["protoc", f"-I{SOURCE.parent}", f"--descriptor_set_out={made}", SOURCE.name]) == 0
    assert made.read_bytes() == (SOURCE.parent / "inference.pb").read_bytes()


def test_a_message_class_has_the_fields_of_the_proto():
    found = proto_classes.message_class("ModelReadyRequest")(name="m", version="1")
    assert pb2.ModelReadyRequest.FromString(found.SerializeToString()) == pb2.ModelReadyRequest(name="m", version="1")


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


# responses


def judged(response, as_raw):
    return pb2.ModelInferResponse.FromString(proto_messages.write(response, as_raw))


def check_outputs(message, outputs, raw):
    """`message` has these outputs, raw or typed."""
    assert len(message.outputs) == len(outputs)
    assert len(message.raw_output_contents) == (len(outputs) if raw else 0)
    for index, (made, tensor) in enumerate(zip(message.outputs, outputs, strict=True)):
        assert (made.name, made.datatype, tuple(made.shape)) == (tensor.name, tensor.datatype, tensor.shape)
        assert {key: getattr(value, value.WhichOneof("parameter_choice")) for key, value in made.parameters.items()} == tensor.parameters
        if raw:
            assert not made.HasField("contents")
            assert message.raw_output_contents[index] == raw_bytes(tensor)
        else:
            found = getattr(made.contents, FIELDS[tensor.datatype])
            np.testing.assert_array_equal(np.array(list(found), DATATYPES[tensor.datatype].dtype), tensor.data.ravel())


@given(outputs=several(tensors(tuple(set(DATATYPES) - {"BF16"}))))
def test_raw_outputs_of_every_datatype_and_shape(outputs):
    check_outputs(judged(InferResponse("m", "1", outputs), as_raw=True), outputs, raw=True)


@given(outputs=several(TYPED))
def test_typed_outputs_of_every_datatype_and_shape(outputs):
    check_outputs(judged(InferResponse("m", "1", outputs), as_raw=False), outputs, raw=False)


def test_with_an_output_of_fp16_every_output_is_raw():
    outputs = [Tensor("a", "FP16", (1,), np.ones(1, np.float16)), Tensor("b", "INT64", (1,), np.ones(1, np.int64))]
    check_outputs(judged(InferResponse("m", "1", outputs), as_raw=False), outputs, raw=True)


@pytest.mark.parametrize("as_raw", [True, False])
def test_an_array_that_lies_in_no_one_piece_and_text(as_raw):
    texts = np.array([["a", "é"], ["b", b"c"]], object)
    outputs = [Tensor("a", "INT32", (3, 2), np.arange(6, dtype=np.int32).reshape(2, 3).T), Tensor("b", "BYTES", (2, 2), texts)]
    found = judged(InferResponse("m", "1", outputs), as_raw)
    if as_raw:
        assert np.frombuffer(found.raw_output_contents[0], np.int32).tolist() == [0, 3, 1, 4, 2, 5]
        assert found.raw_output_contents[1] == b"\1\0\0\0a\2\0\0\0\xc3\xa9\1\0\0\0b\1\0\0\0c"
    else:
        assert list(found.outputs[0].contents.int_contents) == [0, 3, 1, 4, 2, 5]
        assert list(found.outputs[1].contents.bytes_contents) == [b"a", "é".encode(), b"b", b"c"]


def test_texts_and_parameters_of_a_response():
    parameters = {"yes": True, "low": -(2**63), "high": 2**64 - 1, "huge": 2**64, "half": 0.5, "text": "é"}
    found = judged(InferResponse("m", "7", [], "v1", parameters), as_raw=False)
    assert (found.model_name, found.model_version, found.id) == ("m", "v1", "7")
    values = {key: (value.WhichOneof("parameter_choice"), getattr(value, value.WhichOneof("parameter_choice")))
              for key, value in found.parameters.items()}
    assert values == {"yes": ("bool_param", True), "low": ("int64_param", -(2**63)), "high": ("uint64_param", 2**64 - 1),
                      "huge": ("string_param", str(2**64)), "half": ("string_param", "0.5"), "text": ("string_param", "é")}


def test_text_that_protobuf_cannot_carry_is_an_error_of_the_class():
    with pytest.raises(ModelError, match="the message cannot be sent over gRPC"):
        proto_messages.write(InferResponse("m", "1", [Tensor("x", "BYTES", (1,), np.array(["\ud800"], object))]), False)


def test_numbers_beyond_one_piece(monkeypatch):
    monkeypatch.setattr(varints, "_PIECE", 100)
    numbers = np.arange(-500, 500, dtype=np.int32)
    tensor = Tensor("x", "INT32", (1000,), numbers)
    assert proto_messages.read(request_of([tensor], raw=False).SerializeToString())[0].inputs[0].data.tolist() == numbers.tolist()
    check_outputs(judged(InferResponse("m", "1", [tensor]), False), [tensor], raw=False)
