"""`pb2` and `pb2_grpc`: what stock grpcio-tools makes of a client's own .proto."""

import importlib.resources
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

SOURCES = Path(__file__).parents[1] / "old_client"


def protoc_on(folder, *arguments):
    """protoc with its own well-known types, on the .proto files of a folder."""
    well_known = importlib.resources.files("grpc_tools") / "_proto"
    assert protoc.main(["protoc", f"-I{folder}", f"-I{well_known}", *arguments]) == 0


with tempfile.TemporaryDirectory() as _made:
    protoc_on(
        SOURCES, f"--python_out={_made}", f"--grpc_python_out={_made}", "tensor_by_hand.proto", "seldon_by_hand.proto"
    )
    sys.path.insert(0, _made)
    import seldon_by_hand_pb2 as pb2
    import seldon_by_hand_pb2_grpc as pb2_grpc

    sys.path.remove(_made)

__all__ = ["pb2", "pb2_grpc"]
