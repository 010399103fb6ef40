"""seldon_runtime.codec.density over gRPC: what takes much memory is refused before it is parsed. See test_json_codec for JSON."""

import pytest
from google.protobuf import struct_pb2
from seldon_runtime.codec import density, proto_codec
from seldon_runtime.errors import TooLarge
from support.generated import pb2

LARGEST = 10_000
DENSE = {
    "objects": [struct_pb2.Value(struct_value=struct_pb2.Struct())],
    "lists": [struct_pb2.Value(list_value=struct_pb2.ListValue())],
    "nulls": [struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)],
    "flags": [struct_pb2.Value(bool_value=True)],
    "empty texts": [struct_pb2.Value(string_value="")],
    "nothing": [struct_pb2.Value()],
    "numbers": [struct_pb2.Value(number_value=0.5)],
}


@pytest.fixture(autouse=True)
def little_memory(monkeypatch):
    """So that a few bytes are enough to take too much."""
    monkeypatch.setattr(density, "_ALWAYS_ALLOWED", 0)


def message(values):
    return pb2.SeldonMessage(jsonData=struct_pb2.Value(list_value=struct_pb2.ListValue(values=values)))


@pytest.mark.parametrize("values", DENSE.values(), ids=DENSE)
@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: pb2.Feedback(request=one), lambda one: pb2.SeldonMessageList(seldonMessages=[one])])
def test_many_values_of_few_bytes_are_too_large(values, wrap):
    method = {"SeldonMessage": "predict", "Feedback": "send_feedback", "SeldonMessageList": "aggregate"}
    sent = wrap(message(values * 2000))
    with pytest.raises(TooLarge, match="^the message: .* at most 50000 bytes of memory, found about [0-9]{6}; .* raise GRPC_MAX_MESSAGE_BYTES$"):
        proto_codec.to_content(method[type(sent).__name__], sent.SerializeToString(), LARGEST)


def test_many_names_of_few_bytes_are_too_large():
    sent = pb2.SeldonMessage(data=pb2.DefaultData(names=["ab"] * 2000, tensor=pb2.Tensor(shape=[1], values=[1])))
    with pytest.raises(TooLarge):
        proto_codec.to_content("predict", sent.SerializeToString(), LARGEST)


@pytest.mark.parametrize("sent", [
    message([struct_pb2.Value(number_value=0.5)] * 600),
    message([struct_pb2.Value(string_value="some text that is not short")] * 300),
    pb2.SeldonMessage(strData="22222*****" * 950),
    pb2.SeldonMessage(strData="1.2,2.2\n" * 1200),
    pb2.SeldonMessage(binData=bytes(range(256)) * 38),
    pb2.SeldonMessage(data=pb2.DefaultData(tensor=pb2.Tensor(shape=[1200], values=[2.2] * 1200))),
    pb2.SeldonMessage(data=pb2.DefaultData(names=["some column"] * 500, tensor=pb2.Tensor(shape=[1], values=[1]))),
], ids=["numbers", "texts", "digits", "lines", "bytes", "tensor", "names"])
def test_a_message_of_the_largest_size_is_not_too_large_without_many_objects(sent):
    body = sent.SerializeToString()
    assert 6000 < len(body) <= LARGEST
    proto_codec.to_content("predict", body, LARGEST)


def test_a_small_limit_of_messages_leaves_room_for_small_ones(monkeypatch):
    monkeypatch.undo()
    proto_codec.to_content("predict", message(DENSE["objects"] * 20_000).SerializeToString(), 100)
