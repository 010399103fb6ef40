"""The Open Inference Protocol: JSON or binary tensors over REST, typed or raw contents over gRPC."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import grpc
import numpy as np
import requests
import tritonclient.utils as triton_utils
from support import v2_messages
from support.contract_servers import UNIT_ID, ContractServer
from support.generated_v2 import FIELDS, pb2, pb2_grpc

from .interface import Answer
from .seldon import Grpc


class V2Json:
    """The Open Inference Protocol over REST, with JSON both ways."""

    name, key = "v2-json", "v2"

    def __init__(self, server: ContractServer) -> None:
        self._url = f"{server.url}/v2/models/{UNIT_ID}/infer"
        self._session = requests.Session()

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        try:
            return bool(v2_messages.to_request(method, message))
        except v2_messages.NotSayable:
            return False

    def ask(self, method: str, message: Any) -> Answer:
        answer = self._post(v2_messages.to_request(method, message))
        return Answer(answer.status_code, answer.json())

    def _post(self, body: dict[str, Any]) -> requests.Response:
        return self._session.post(self._url, data=json.dumps(body).encode(), timeout=5)

    def same(self, found: Any, expected: Any) -> bool:
        return v2_messages.same(found, expected)

    def close(self) -> None:
        self._session.close()


class V2Binary(V2Json):
    """The same with binary tensors both ways."""

    name = "v2-binary"

    def ask(self, method: str, message: Any) -> Answer:
        body = v2_messages.to_request(method, message)
        raw = [_binary(tensor) for tensor in body["inputs"]]
        head = json.dumps({**body, "parameters": {"binary_data_output": True}}).encode()
        headers = {"Inference-Header-Content-Length": str(len(head))}
        answer = self._session.post(self._url, data=head + b"".join(raw), headers=headers, timeout=5)
        size = int(answer.headers.get("Inference-Header-Content-Length", len(answer.content)))
        found, at = json.loads(answer.content[:size]), size
        for tensor in found.get("outputs", ()):
            end = at + tensor["parameters"].pop("binary_data_size")
            tensor["data"], at = _of_binary(tensor, answer.content[at:end]), end
        return Answer(answer.status_code, found)


def _binary(tensor: dict[str, Any]) -> bytes:
    """The bytes of a tensor, which loses its data."""
    data, datatype = tensor.pop("data"), tensor["datatype"]
    raw = triton_utils.serialize_byte_tensor(np.array([one.encode() for one in data], object)) if datatype == "BYTES" else None
    array = np.array(data, triton_utils.triton_to_np_dtype(datatype)) if raw is None else raw
    sent = b"".join(array.ravel().tolist()) if datatype == "BYTES" else array.tobytes()
    tensor["parameters"] = {"binary_data_size": len(sent)}
    return bytes(sent)


def _of_binary(tensor: dict[str, Any], raw: bytes) -> list[Any]:
    """The data of a tensor as JSON has them."""
    if tensor["datatype"] == "BYTES":
        return [one.decode() for one in triton_utils.deserialize_bytes_tensor(raw)]
    values = np.frombuffer(raw, triton_utils.triton_to_np_dtype(tensor["datatype"])).tolist()
    return [value if not isinstance(value, float) or math.isfinite(value) else None for value in values]


class V2Typed:
    """The Open Inference Protocol over gRPC, with typed contents both ways, by generated stubs."""

    name, key = "v2-typed", "v2"

    def __init__(self, server: ContractServer) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}")
        self._stub = pb2_grpc.GRPCInferenceServiceStub(self._channel)

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        return V2Json.can_say(method, message)

    def ask(self, method: str, message: Any) -> Answer:
        body = v2_messages.to_request(method, message)
        request = pb2.ModelInferRequest(model_name=UNIT_ID, id=body.get("id", ""))
        for tensor in body["inputs"]:
            made = request.inputs.add(name=tensor["name"], datatype=tensor["datatype"], shape=tensor["shape"])
            self._fill(request, made, tensor)
        try:
            response = self._stub.ModelInfer(request, timeout=30)
        except grpc.RpcError as error:
            return Answer(Grpc.HTTP_STATUS[error.code()], {"error": error.details()})
        outputs = [{"name": made.name, "datatype": made.datatype, "shape": list(made.shape), "data": data,
                    "parameters": _parameters_of(made)} for made, data in self._with_data(response)]
        return Answer(200, {"id": response.id, "parameters": _parameters_of(response), "outputs": outputs})

    def _fill(self, request: Any, made: Any, tensor: dict[str, Any]) -> None:
        values = [one.encode() if isinstance(one, str) else math.nan if one is None else one for one in tensor["data"]]
        getattr(made.contents, FIELDS[tensor["datatype"]]).extend(values)

    def _with_data(self, response: Any) -> list[tuple[Any, list[Any]]]:
        assert not response.raw_output_contents
        return [(made, [_as_json(one) for one in getattr(made.contents, FIELDS[made.datatype])]) for made in response.outputs]

    def same(self, found: Any, expected: Any) -> bool:
        return v2_messages.same(found, expected)

    def close(self) -> None:
        self._channel.close()


class V2Raw(V2Typed):
    """The same with raw contents."""

    name = "v2-raw"

    def _fill(self, request: Any, made: Any, tensor: dict[str, Any]) -> None:
        request.raw_input_contents.append(_binary(tensor))

    def _with_data(self, response: Any) -> list[tuple[Any, list[Any]]]:
        assert not any(made.HasField("contents") for made in response.outputs)
        tensors = ({"datatype": made.datatype} for made in response.outputs)
        found = [_of_binary(*pair) for pair in zip(tensors, response.raw_output_contents, strict=True)]
        return list(zip(response.outputs, found, strict=True))


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _parameters_of(message: Any) -> dict[str, Any]:
    """Floats are text in them."""
    found = {name: getattr(one, one.WhichOneof("parameter_choice")) for name, one in message.parameters.items()}
    is_float = re.compile(r"-?\d+\.\d+").fullmatch
    return {name: float(value) if isinstance(value, str) and is_float(value) else value for name, value in found.items()}
