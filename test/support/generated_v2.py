"""`pb2` and `pb2_grpc`: what stock grpcio-tools makes of the .proto of V2. `FIELDS`: where its datatypes go."""

import sys
import tempfile
from pathlib import Path

from support.generated import protoc_on

SOURCE = Path(__file__).parents[2] / "runtime" / "seldon_runtime" / "v2" / "inference.proto"

with tempfile.TemporaryDirectory() as _made:
    protoc_on(SOURCE.parent, f"--python_out={_made}", f"--grpc_python_out={_made}", SOURCE.name)
    sys.path.insert(0, _made)
    import inference_pb2 as pb2
    import inference_pb2_grpc as pb2_grpc

    sys.path.remove(_made)

# datatype -> its field of InferTensorContents, as the protocol's specification has it
FIELDS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}

__all__ = ["FIELDS", "SOURCE", "pb2", "pb2_grpc"]
