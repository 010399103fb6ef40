"""v2.proto_messages.write, with protobuf's own classes as the judge."""

import numpy as np
import pytest
from hypothesis import given
from seldon_component.errors import ModelError
from seldon_runtime.v2 import proto_messages, varints
from seldon_runtime.v2.datatypes import DATATYPES
from seldon_runtime.v2.messages import InferResponse, Tensor
from support.generated_v2 import FIELDS, pb2
from support.v2_tensors import TYPED, raw_bytes, request_of, several, tensors


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
