"""Each protocol's form of the same request, and the place of the array in its response."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from seldon_component.proto.classes import message_class

from . import v2_messages
from .payloads import Payload


@dataclass(frozen=True)
class Wire:
    """path: {payload} is the payload's name. encode: payload -> request body. decode: response body -> array.

    respond: payload -> response body, of the static server alone.
    """

    path: str
    content_type: str
    encode: Callable[[Payload], bytes]
    decode: Callable[[bytes], np.ndarray]
    respond: Callable[[Payload], bytes] | None = None

    @property
    def is_grpc(self) -> bool:
        return self.content_type == _GRPC

    def headers(self, body: bytes) -> dict[str, str]:
        """Of a request with this body."""
        headers = {"Content-Type": self.content_type}
        if self.is_grpc:
            headers["TE"] = "trailers"
        elif self.content_type == _BINARY:
            headers["Inference-Header-Content-Length"] = str(v2_messages.json_size(body))
        return headers

    def path_of(self, payload: Payload) -> str:
        return self.path.format(payload=payload.name.replace(" ", "-"))


_JSON, _BINARY, _GRPC = "application/json", "application/octet-stream", "application/grpc"
_FRAME = 5  # bytes in front of a message of gRPC


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


def _proto_request(payload: Payload) -> bytes:
    message = message_class("SeldonMessage")()
    message.data.names.extend(payload.names)
    if payload.kind == "ndarray":
        for row in payload.array.tolist():
            message.data.ndarray.append(row)
    else:
        message.data.tensor.shape.extend(payload.array.shape)
        message.data.tensor.values.extend(payload.array.ravel().tolist())
    return _frame(message.SerializeToString())


def _frame(message: bytes) -> bytes:
    """gRPC's frame: not compressed, length, message."""
    return struct.pack(">BI", 0, len(message)) + message


def _proto_response(frame: bytes) -> np.ndarray:
    data = message_class("SeldonMessage").FromString(frame[_FRAME:]).data
    if data.WhichOneof("data_oneof") == "ndarray":
        return np.array([[value.number_value for value in row.list_value.values] for row in data.ndarray.values])
    return np.array(data.tensor.values).reshape(data.tensor.shape)


def _two_messages(payload: Payload) -> bytes:
    return b"[" + b",".join([_seldon_request(payload)] * 2) + b"]"


_V2_PATH = "/v2/models/identity/infer"
SELDON = Wire("/api/v1.0/predictions", _JSON, _seldon_request, _seldon_response)
AGGREGATE = replace(SELDON, path="/aggregate", encode=_two_messages)  # what a combiner of two models is sent
STATIC = Wire("/{payload}", _JSON, _seldon_request, _seldon_response, static_response)
V1 = Wire("/v1/models/identity:predict", _JSON, _v1_request, _v1_response)
V1_DIGITS = replace(V1, path="/v1/models/digits:predict")
V2 = Wire(_V2_PATH, _JSON, v2_messages.json_request, v2_messages.array_of_json)
V2_BINARY = Wire(_V2_PATH, _BINARY, v2_messages.binary_request, v2_messages.array_of_binary)
V2_STATIC = replace(V2, path="/v2-{payload}", respond=v2_messages.json_response)
V2_BINARY_STATIC = replace(V2_BINARY, path="/v2-binary-{payload}", respond=v2_messages.binary_response)
SELDON_GRPC = Wire("/seldon.protos.Model/Predict", _GRPC, _proto_request, _proto_response)
V2_GRPC = Wire(
    "/inference.GRPCInferenceService/ModelInfer",
    _GRPC,
    lambda payload: _frame(v2_messages.proto_request(payload)),
    lambda frame: v2_messages.array_of_proto(frame[_FRAME:]),
)
V2_ECHO = replace(V2_GRPC, decode=lambda frame: v2_messages.array_of_echo(frame[_FRAME:]))
