"""The four forms of a tensor of the Open Inference Protocol, as a client writes and reads them, without our own codec.

Each form is a class with the datatypes that it can carry, and `echo(datatype, array)`: the tensor that a server whose
class returns its request sends back. Elements of BYTES are bytes.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import grpc
import numpy as np
import requests
from support.contract_servers import UNIT_ID, ContractServer
from support.generated_v2 import FIELDS, pb2, pb2_grpc

DTYPES = {
    **{"BOOL": "?", "INT8": "i1", "INT16": "i2", "INT32": "i4", "INT64": "i8"},
    **{"UINT8": "u1", "UINT16": "u2", "UINT32": "u4", "UINT64": "u8"},
    **{"FP16": "f2", "FP32": "f4", "FP64": "f8", "BYTES": "O"},
}
_TIMEOUT = 60  # seconds; only a failing test waits for so long
Found = tuple[str, np.ndarray]  # datatype and array


class Json:
    """Numbers and text in JSON. It has no NaN, no infinity, and no bytes that are no text."""

    datatypes = tuple(DTYPES)
    has_every_value = False

    def __init__(self, server: ContractServer) -> None:
        self._url = f"{server.url}/v2/models/{UNIT_ID}/infer"
        self._session = requests.Session()

    def echo(self, datatype: str, array: np.ndarray) -> Found:
        data = [one.decode() if isinstance(one, bytes) else one for one in array.ravel().tolist()]
        answer = self._post({"data": data}, datatype, array)
        (tensor,) = answer.json()["outputs"]
        values = [one.encode() if isinstance(one, str) else one for one in tensor["data"]]
        return tensor["datatype"], _array(values, tensor["datatype"], tensor["shape"])

    def _post(self, data: dict[str, Any], datatype: str, array: np.ndarray, raw: bytes = b"", **more: Any) -> requests.Response:
        tensor = {"name": "x", "datatype": datatype, "shape": array.shape, **data}
        head = json.dumps({"inputs": [tensor], **more}).encode()
        headers = {"Inference-Header-Content-Length": str(len(head))} if more else {}
        answer = self._session.post(self._url, data=head + raw, headers=headers, timeout=_TIMEOUT)
        assert answer.status_code == 200, answer.text
        return answer

    def close(self) -> None:
        self._session.close()


class Binary(Json):
    """Binary tensors behind JSON."""

    has_every_value = True

    def echo(self, datatype: str, array: np.ndarray) -> Found:
        raw = _raw(array)
        data = {"parameters": {"binary_data_size": len(raw)}}
        answer = self._post(data, datatype, array, raw, parameters={"binary_data_output": True})
        size = int(answer.headers["Inference-Header-Content-Length"])
        (tensor,) = json.loads(answer.content[:size])["outputs"]
        raw = answer.content[size:]
        assert tensor["parameters"]["binary_data_size"] == len(raw)
        return tensor["datatype"], _of_raw(raw, tensor["datatype"], tensor["shape"])


class Typed:
    """`contents` over gRPC. It has no FP16."""

    datatypes = tuple(FIELDS)
    has_every_value = True

    def __init__(self, server: ContractServer) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}")
        self._infer = pb2_grpc.GRPCInferenceServiceStub(self._channel).ModelInfer

    def echo(self, datatype: str, array: np.ndarray) -> Found:
        request = pb2.ModelInferRequest(model_name=UNIT_ID)
        tensor = request.inputs.add(name="x", datatype=datatype, shape=array.shape)
        self._fill(request, tensor, array)
        response = self._infer(request, timeout=_TIMEOUT)
        (found,) = response.outputs
        return found.datatype, self._array(response, found)

    def _fill(self, request: Any, tensor: Any, array: np.ndarray) -> None:
        getattr(tensor.contents, FIELDS[tensor.datatype]).extend(array.ravel().tolist())

    def _array(self, response: Any, tensor: Any) -> np.ndarray:
        assert not response.raw_output_contents
        return _array(list(getattr(tensor.contents, FIELDS[tensor.datatype])), tensor.datatype, tensor.shape)

    def close(self) -> None:
        self._channel.close()


class Raw(Typed):
    """Raw contents over gRPC."""

    datatypes = tuple(DTYPES)

    def _fill(self, request: Any, tensor: Any, array: np.ndarray) -> None:
        request.raw_input_contents.append(_raw(array))

    def _array(self, response: Any, tensor: Any) -> np.ndarray:
        assert not tensor.HasField("contents")
        (raw,) = response.raw_output_contents
        return _of_raw(raw, tensor.datatype, tensor.shape)


def _array(values: list[Any], datatype: str, shape: Any) -> np.ndarray:
    array = np.empty(len(values), DTYPES[datatype])
    array[:] = values
    return array.reshape(tuple(shape))


def _raw(array: np.ndarray) -> bytes:
    if array.dtype.kind != "O":
        return array.tobytes()
    return b"".join(struct.pack("<I", len(one)) + one for one in array.ravel().tolist())


def _of_raw(raw: bytes, datatype: str, shape: Any) -> np.ndarray:
    if datatype != "BYTES":
        return np.frombuffer(raw, DTYPES[datatype]).reshape(tuple(shape))
    elements: list[bytes] = []
    while raw:
        end = 4 + struct.unpack_from("<I", raw)[0]
        elements.append(raw[4:end])
        raw = raw[end:]
    return _array(elements, datatype, shape)
