"""Requests and responses of the Open Inference Protocol as JSON, with or without binary tensors behind it."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from seldon_component.codec.arrays import describe, row_major
from seldon_component.errors import BadPayload

from ..codec import json_codec
from ..codec.density import check_values
from . import binary_tensors, datatypes, json_data, json_numbers
from .binary_tensors import Buffer
from .datatypes import BYTES, DATATYPES, Datatype
from .messages import (
    SHARED_MEMORY,
    InferRequest,
    InferResponse,
    Parameters,
    RequestedOutput,
    Tensor,
    check_names,
    no_shared_memory,
)

_SIZE, _BINARY, _ALL_BINARY = "binary_data_size", "binary_data", "binary_data_output"
_LARGE = 65_536  # elements; the numbers of more are written in pieces
_BASE64 = "base64"
_MOST_SIZES = 32  # of a wrong shape that an error shows
_INTEGER = frozenset((int,))


def decode(body: bytes | bytearray, model_name: str, version: str = "", largest: float = math.inf,
           json_size: int | None = None) -> InferRequest:  # fmt: skip
    """The request in `body`. Raises BadPayload and TooLarge.

    largest: bytes that a body may have. json_size: bytes of the JSON in front of binary tensors; None: all is JSON.
    """
    if json_size is not None and not 0 < json_size <= len(body):
        raise BadPayload(
            f"Inference-Header-Content-Length: expected 1 to {len(body)}, which is the length of the body, "
            f"found {json_size}"
        )
    message = _object(json_numbers.parse(body if json_size is None else body[:json_size], largest), "message")
    binary = _Binary(body, len(body) if json_size is None else json_size, largest)
    inputs = _inputs(message, binary)
    id_, parameters = _text(message, "id", "message"), _parameters(message, "message")
    return InferRequest(model_name, inputs, version, id_, parameters, _outputs(message))


class _Binary:
    """The bytes behind the JSON, one tensor after the other."""

    __slots__ = ("_raw", "_at", "_largest")

    def __init__(self, raw: bytes | bytearray, at: int, largest: float) -> None:
        """at: where the JSON ends."""
        self._raw = raw
        self._at = at
        self._largest = largest

    def tensor(self, size: int, datatype: Datatype, shape: tuple[int, ...], field: str) -> np.ndarray:
        """The next tensor, of `size` bytes. Raises BadPayload and TooLarge."""
        raw = self._take(size, field)
        if datatype is BYTES:
            check_values(min(math.prod(shape), size), self._largest)
        return binary_tensors.decode(raw, datatype, shape, field)

    def _take(self, size: int, field: str) -> memoryview:
        left = len(self._raw) - self._at
        if size > left:
            raise BadPayload(
                f"{field}: parameters.{_SIZE}: expected at most the {left} bytes that are left behind the JSON, "
                f"found {size}; the header Inference-Header-Content-Length says where the JSON ends"
            )
        self._at += size
        return memoryview(self._raw)[self._at - size : self._at]

    def check_end(self) -> None:
        if left := len(self._raw) - self._at:
            raise BadPayload(f"message: expected no bytes behind the last binary tensor, found {left}")


def _object(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadPayload(f"{field}: expected an object, found {describe(value)}")
    return value


def _list(message: dict[str, Any], key: str, field: str) -> list[Any]:
    value = message.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadPayload(f"{field}: {key}: expected a list, found {describe(value)}")
    return value


def _text(message: dict[str, Any], key: str, field: str) -> str:
    value = message.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadPayload(f"{field}: {key}: expected text, found {describe(value)}")
    return value


def _parameters(message: dict[str, Any], field: str) -> Parameters:
    value = message.get("parameters")
    return {} if value is None else _object(value, f"{field}: parameters")


def _inputs(message: dict[str, Any], binary: _Binary) -> list[Tensor]:
    entries = _list(message, "inputs", "message")
    if not entries:
        found = "an empty list" if "inputs" in message else ", ".join(sorted(message)) or "an empty object"
        raise BadPayload(f"message: inputs: expected a list with at least one input, found {found}")
    inputs = [_plain_input(entry) or _input(entry, f"inputs[{at}]", binary) for at, entry in enumerate(entries)]
    binary.check_end()
    check_names(inputs)
    return inputs


def _outputs(message: dict[str, Any]) -> list[RequestedOutput]:
    entries = _list(message, "outputs", "message")
    return [_output(entry, f"outputs[{at}]") for at, entry in enumerate(entries)] if entries else []


def _name(entry: dict[str, Any], field: str) -> str:
    name = _text(entry, "name", field)
    if not name:
        raise BadPayload(f"{field}: name: expected text, found none")
    return name


def _output(entry: Any, field: str) -> RequestedOutput:
    entry = _object(entry, field)
    return RequestedOutput(_name(entry, field), _parameters(entry, field))


def _plain_input(entry: Any) -> Tensor | None:
    """A fast path for most inputs: flat numbers, and no parameters. None for all others, wrong ones included."""
    if type(entry) is not dict or entry.get("parameters") is not None:
        return None
    name, shape, data = entry.get("name"), entry.get("shape"), entry.get("data")
    if type(name) is str and name and type(shape) is list and type(data) is list:
        datatype: Any = entry.get("datatype")
        array = json_data.plain_array(data, datatype, shape) if type(datatype) is str else None
        if array is not None:
            return Tensor(name, datatype, array.shape, array)
    return None


def _input(entry: Any, field: str, binary: _Binary) -> Tensor:
    entry = _object(entry, field)
    name = _name(entry, field)
    field = f"input '{name}'"
    datatype = datatypes.find(entry.get("datatype"), f"{field}: datatype")
    shape, parameters = _shape(entry.get("shape"), field), _parameters(entry, field)
    return Tensor(name, datatype.name, shape, _data(entry, datatype, shape, parameters, field, binary), parameters)


def _shape(shape: Any, field: str) -> tuple[int, ...]:
    if not isinstance(shape, list) or not _INTEGER.issuperset(map(type, shape)) or (shape and min(shape) < 0):
        found = str(shape[:_MOST_SIZES]) if isinstance(shape, list) else describe(shape)
        raise BadPayload(f"{field}: shape: expected a list of sizes, none below 0, found {found}")
    return tuple(shape)


def _data(
    entry: dict[str, Any],
    datatype: Datatype,
    shape: tuple[int, ...],
    parameters: Parameters,
    field: str,
    binary: _Binary,
) -> np.ndarray:
    data, size = entry.get("data"), parameters.get(_SIZE)
    if SHARED_MEMORY in parameters:
        raise no_shared_memory(field)
    if size is None:
        if data is None:
            raise BadPayload(f"{field}: expected data, or parameters.{_SIZE} and binary data, found neither")
        return json_data.to_array(data, datatype, shape, field)
    if data is not None:
        raise BadPayload(f"{field}: expected data or parameters.{_SIZE}, found both")
    if type(size) is not int or size < 0:
        raise BadPayload(f"{field}: parameters.{_SIZE}: expected a number of bytes, found {describe(size)}")
    return binary.tensor(size, datatype, shape, field)


def encode(response: InferResponse, request: InferRequest) -> tuple[bytes, list[Buffer]]:
    """The JSON of a response, and the binary tensors that belong behind it, if the request wants any of them so."""
    buffers: list[Buffer] = []
    message: dict[str, Any] = {"model_name": response.model_name}
    if response.model_version:
        message["model_version"] = response.model_version
    message["id"] = response.id
    if response.parameters:
        message["parameters"] = response.parameters
    is_large = False
    message["outputs"] = outputs = []
    for tensor in response.outputs:
        outputs.append(_encoded(tensor, _is_binary(tensor, request), buffers))
        is_large = is_large or tensor.data.size > _LARGE
    return json_codec.dump(message, is_large=is_large), buffers


def _is_binary(tensor: Tensor, request: InferRequest) -> bool:
    if not request.outputs:
        return bool(request.parameters.get(_ALL_BINARY, False))
    wishes: Iterator[Any] = (
        wish.parameters[_BINARY] for wish in request.outputs if wish.name == tensor.name and _BINARY in wish.parameters
    )
    return bool(next(wishes, request.parameters.get(_ALL_BINARY, False)))


def _encoded(tensor: Tensor, is_binary: bool, buffers: list[Buffer]) -> dict[str, Any]:
    message: dict[str, Any] = {"name": tensor.name, "datatype": tensor.datatype, "shape": tensor.shape}
    parameters = tensor.parameters
    if is_binary:
        buffers.append(binary_tensors.encode(tensor.data, DATATYPES[tensor.datatype]))
        parameters = {**parameters, _SIZE: len(buffers[-1])}
    else:
        data = _json_data(tensor)
        if tensor.datatype == BYTES.name and any(isinstance(element, bytes) for element in data):
            data, parameters = _in_base64(data), {**parameters, "content_type": _BASE64}
        message["data"] = data
    return {**message, "parameters": parameters} if parameters else message


def _json_data(tensor: Tensor) -> Any:
    """Flat, in row-major order: an array of numbers, or a list of texts and bytes."""
    if tensor.datatype == BYTES.name:
        return tensor.data.ravel().tolist()
    return row_major(tensor.data.astype(np.float32) if tensor.datatype == "FP16" else tensor.data)


def _in_base64(elements: list[Any]) -> list[str]:
    contents = (element.encode() if isinstance(element, str) else element for element in elements)
    return [base64.b64encode(content).decode() for content in contents]
