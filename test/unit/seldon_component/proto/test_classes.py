"""seldon_component.proto.classes: the committed descriptors."""

from google.protobuf import descriptor_pb2
from seldon_component.proto import classes
from support.generated import protoc_on


def test_protoc_makes_the_committed_descriptors_from_the_committed_sources(tmp_path):
    folder = classes.DESCRIPTOR_SET.rpartition("/")[0]
    protoc_on(folder, f"--descriptor_set_out={tmp_path}/made.pb", "tensorflow.proto", "prediction.proto")
    committed = descriptor_pb2.FileDescriptorSet.FromString(open(classes.DESCRIPTOR_SET, "rb").read())
    assert committed == descriptor_pb2.FileDescriptorSet.FromString((tmp_path / "made.pb").read_bytes())
