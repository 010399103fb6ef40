"""Requests and responses of the Open Inference Protocol (V2): JSON, JSON with a binary tensor behind it, protobuf."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import orjson
from seldon_runtime.v2.datatypes import DATATYPES, of_dtype
from seldon_runtime.v2.proto_classes import message_class

from .payloads import Payload

_NAME, _ID = "X", "0" * 32


def json_request(payload: Payload) -> bytes:
    return _json({"inputs": [_in_json(payload)]})


def json_response(payload: Payload) -> bytes:
    return _json({"model_name": "identity", "id": _ID, "outputs": [_in_json(payload)]})


def array_of_json(body: bytes) -> np.ndarray:
    output = orjson.loads(body)["outputs"][0]
    return np.array(output["data"], DATATYPES[output["datatype"]].dtype).reshape(output["shape"])


def binary_request(payload: Payload) -> bytes:
    """It asks for a binary response."""
    message = {"inputs": [_in_binary(payload)], "parameters": {"binary_data_output": True}}
    return _json(message) + payload.array.tobytes()


def binary_response(payload: Payload) -> bytes:
    message = {"model_name": "identity", "id": _ID, "outputs": [_in_binary(payload)]}
    return _json(message) + payload.array.tobytes()


def array_of_binary(body: bytes) -> np.ndarray:
    size = json_size(body)
    output = orjson.loads(body[:size])["outputs"][0]
    return np.frombuffer(body, DATATYPES[output["datatype"]].dtype, offset=size).reshape(output["shape"])


def json_size(body: bytes) -> int:
    """The bytes of the JSON in front of the binary tensors."""
    return json.JSONDecoder().raw_decode(body.decode("latin-1"))[1]


def proto_request(payload: Payload) -> bytes:
    request = message_class("ModelInferRequest")(model_name="identity", inputs=[_description(payload)])
    request.raw_input_contents.append(payload.array.tobytes())
    body: bytes = request.SerializeToString()
    return body


def array_of_proto(message: bytes) -> np.ndarray:
    response = message_class("ModelInferResponse").FromString(message)
    return _array_of_raw(response.outputs[0], response.raw_output_contents[0])


def array_of_echo(message: bytes) -> np.ndarray:
    """Of a response that has the bytes of the request."""
    request = message_class("ModelInferRequest").FromString(message)
    return _array_of_raw(request.inputs[0], request.raw_input_contents[0])


def _array_of_raw(tensor: Any, raw: bytes) -> np.ndarray:
    return np.frombuffer(raw, DATATYPES[tensor.datatype].dtype).reshape(tensor.shape)


def _description(payload: Payload) -> dict[str, Any]:
    datatype = of_dtype(payload.array.dtype)
    assert datatype is not None
    return {"name": _NAME, "shape": payload.array.shape, "datatype": datatype.name}


def _in_json(payload: Payload) -> dict[str, Any]:
    return {**_description(payload), "data": payload.array.ravel()}


def _in_binary(payload: Payload) -> dict[str, Any]:
    return {**_description(payload), "parameters": {"binary_data_size": payload.array.nbytes}}


def _json(message: dict[str, Any]) -> bytes:
    """Compact; each number with the digits that its dtype needs."""
    return orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY)
