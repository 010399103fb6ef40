"""v2.proto_classes: the committed descriptor, and the classes that are made of it."""

from grpc_tools import protoc
from seldon_runtime.v2 import proto_classes
from support.generated_v2 import SOURCE, pb2


def test_the_descriptor_is_that_of_the_proto(tmp_path):
    made = tmp_path / "inference.pb"
    assert protoc.main(["protoc", f"-I{SOURCE.parent}", f"--descriptor_set_out={made}", SOURCE.name]) == 0
    assert made.read_bytes() == (SOURCE.parent / "inference.pb").read_bytes()


def test_a_message_class_has_the_fields_of_the_proto():
    found = proto_classes.message_class("ModelReadyRequest")(name="m", version="1")
    assert pb2.ModelReadyRequest.FromString(found.SerializeToString()) == pb2.ModelReadyRequest(name="m", version="1")
