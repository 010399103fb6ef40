"""Each protocol's form of the same request, and the place of the array in its response."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from seldon_component.proto.classes import message_class

from .payloads import Payload


@dataclass(frozen=True)
class Wire:
    """path: {payload} is the payload's name. encode: payload -> request body. decode: response body -> array."""

    path: str
    content_type: str
    encode: Callable[[Payload], bytes]
    decode: Callable[[bytes], np.ndarray]

    def path_of(self, payload: Payload) -> str:
        return self.path.format(payload=payload.name.replace(" ", "-"))


def _compact(message: Any) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def _data(payload: Payload, names: tuple[str, ...]) -> dict[str, Any]:
    array = payload.array
    if payload.kind == "ndarray":
        return {"names": names, "ndarray": array.tolist()}
    return {"names": names, "tensor": {"shape": array.shape, "values": array.ravel().tolist()}}


def _seldon_request(payload: Payload) -> bytes:
    return _compact({"data": _data(payload, payload.names)})


def static_response(payload: Payload) -> bytes:
    """The response of a server of Seldon's protocol to this request, ready to be sent."""
    return _compact({"data": _data(payload, tuple(f"t:{n}" for n in range(payload.array.shape[1]))), "meta": {}})


def _seldon_response(body: bytes) -> np.ndarray:
    data = json.loads(body)["data"]
    if "ndarray" in data:
        return np.array(data["ndarray"])
    return np.array(data["tensor"]["values"]).reshape(data["tensor"]["shape"])


def _v1_request(payload: Payload) -> bytes:
    return _compact({"instances": payload.array.tolist()})


def _v1_response(body: bytes) -> np.ndarray:
    return np.array(json.loads(body)["predictions"])


def _v2_request(payload: Payload) -> bytes:
    array = payload.array
    tensor = {"name": "X", "shape": array.shape, "datatype": "FP64", "data": array.ravel().tolist()}
    return _compact({"inputs": [tensor]})


def _v2_response(body: bytes) -> np.ndarray:
    output = json.loads(body)["outputs"][0]
    return np.array(output["data"]).reshape(output["shape"])


def _proto_request(payload: Payload) -> bytes:
    message = message_class("SeldonMessage")()
    message.data.names.extend(payload.names)
    if payload.kind == "ndarray":
        for row in payload.array.tolist():
            message.data.ndarray.append(row)
    else:
        message.data.tensor.shape.extend(payload.array.shape)
        message.data.tensor.values.extend(payload.array.ravel().tolist())
    body: bytes = message.SerializeToString()
    return struct.pack(">BI", 0, len(body)) + body  # gRPC's frame: not compressed, length


def _proto_response(frame: bytes) -> np.ndarray:
    data = message_class("SeldonMessage").FromString(frame[5:]).data
    if data.WhichOneof("data_oneof") == "ndarray":
        return np.array([[value.number_value for value in row.list_value.values] for row in data.ndarray.values])
    return np.array(data.tensor.values).reshape(data.tensor.shape)


_JSON, _GRPC = "application/json", "application/grpc"
SELDON = Wire("/api/v1.0/predictions", _JSON, _seldon_request, _seldon_response)
STATIC = Wire("/{payload}", _JSON, _seldon_request, _seldon_response)
V1 = Wire("/v1/models/identity:predict", _JSON, _v1_request, _v1_response)
V1_DIGITS = replace(V1, path="/v1/models/digits:predict")
V2 = Wire("/v2/models/identity/infer", _JSON, _v2_request, _v2_response)
SELDON_GRPC = Wire("/seldon.protos.Model/Predict", _GRPC, _proto_request, _proto_response)
