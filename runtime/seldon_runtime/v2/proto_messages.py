"""ModelInferRequest and ModelInferResponse as protobuf bytes <-> InferRequest and InferResponse.

Raw contents stay views of the request's bytes, and go into a response with one copy (docs/protocol.md, "V2 over gRPC").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from seldon_component.codec import shapes
from seldon_component.errors import BadPayload, ModelError

from ..codec.density import Room
from ..codec.proto_fields import as_varint, field, head
from . import binary_tensors, datatypes, proto_tensors, varints
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
from .proto_classes import DecodeError, message_class
from .proto_tensors import Contents
from .varints import Malformed
from .wire_format import fields

# a field's number << 3 | 2, its wire type: it has a length
_MODEL_NAME, _MODEL_VERSION, _ID, _PARAMETERS = 0x0A, 0x12, 0x1A, 0x22  # of a request and of a response
_INPUT, _REQUESTED_OUTPUT, _RAW_INPUT = 0x2A, 0x32, 0x3A  # of a request
_OUTPUT, _RAW_OUTPUT = 0x2A, 0x32  # of a response
_NAME, _DATATYPE, _SHAPE, _TENSOR_PARAMETERS, _CONTENTS = 0x0A, 0x12, 0x1A, 0x22, 0x2A  # of a tensor
_SIZE = 0x18  # of a tensor: one size of the shape, as clients write it that pack no numbers
_OUTPUT_PARAMETERS = 0x12  # of a requested output
_KEY, _VALUE = 0x0A, 0x12  # of an entry of parameters
_TEXTS = {_MODEL_NAME: "model_name", _MODEL_VERSION: "model_version", _ID: "id"}
_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)
_Span = tuple[int, int]


def read(body: bytes, largest: float = math.inf) -> tuple[InferRequest, bool]:
    """The request, and whether its tensors are raw. Raises BadPayload and TooLarge.

    largest: bytes that a request may have, which limit the memory of what is in it, too.
    """
    try:
        return _Reader(body, largest).read()
    except UnicodeDecodeError as error:
        raise BadPayload(f"the request is no inference.ModelInferRequest: a text in it is not UTF-8: {error}") from None
    except (Malformed, IndexError, DecodeError):
        raise BadPayload(
            "the request is no inference.ModelInferRequest: its bytes are not in protobuf's encoding"
        ) from None


class _Reader:
    """Reads one request."""

    def __init__(self, body: bytes, largest: float) -> None:
        self._body = body
        self._room = Room(largest, "GRPC_MAX_MESSAGE_BYTES")

    def read(self) -> tuple[InferRequest, bool]:
        request = InferRequest("", [])
        spans: dict[int, list[_Span]] = {_INPUT: [], _RAW_INPUT: []}
        for tag, start, end in fields(self._body, 0, len(self._body), self._room):
            if tag in _TEXTS:
                setattr(request, _TEXTS[tag], self._text(start, end))
                continue
            self._room.take_object()
            if tag in spans:
                spans[tag].append((start, end))
            elif tag == _REQUESTED_OUTPUT:
                request.outputs.append(self._requested_output(start, end))
            elif tag == _PARAMETERS:
                self._parameter(start, end, request.parameters)
        request.inputs = self._inputs(spans[_INPUT], spans[_RAW_INPUT])
        return request, bool(spans[_RAW_INPUT])

    def _inputs(self, inputs: list[_Span], raw: list[_Span]) -> list[Tensor]:
        if not inputs:
            raise BadPayload("message: inputs: expected at least one input, found none")
        if raw and len(raw) != len(inputs):
            raise BadPayload(
                f"raw_input_contents: expected {len(inputs)} of them, one for each input, found {len(raw)}"
            )
        spans: Sequence[_Span | None] = raw or [None] * len(inputs)
        found = [self._input(start, end, span) for (start, end), span in zip(inputs, spans, strict=True)]
        check_names(found)
        return found

    def _text(self, start: int, end: int) -> str:
        return self._body[start:end].decode()

    def _input(self, at: int, end: int, raw: _Span | None) -> Tensor:
        tensor = Tensor("", "", (), None)  # type: ignore[arg-type]  # its elements come last
        shape: list[int] = []
        contents = Contents()
        for tag, start, stop in fields(self._body, at, end, self._room):
            if tag == _NAME:
                tensor.name = self._text(start, stop)
            elif tag == _DATATYPE:
                tensor.datatype = self._text(start, stop)
            elif tag == _SHAPE or tag == _SIZE:
                _add_sizes(self._body, start, stop, shape)
            elif tag == _TENSOR_PARAMETERS:
                self._parameter(start, stop, tensor.parameters)
            elif tag == _CONTENTS:
                contents.add(self._body, start, stop, self._room)
        self._fill(tensor, shape, contents, raw, f"input '{tensor.name}'")
        return tensor

    def _fill(self, tensor: Tensor, shape: list[int], contents: Contents, raw: _Span | None, where: str) -> None:
        datatype = datatypes.find(tensor.datatype, f"{where}: datatype")
        if any(size < 0 for size in shape):
            raise BadPayload(f"{where}: shape: expected a list of sizes, none below 0, found {shapes.describe(shape)}")
        tensor.shape = tuple(shape)
        if SHARED_MEMORY in tensor.parameters:
            raise no_shared_memory(where)
        if raw is None:
            tensor.data = proto_tensors.to_array(contents, datatype, tensor.shape, where)
        elif contents.names:
            raise BadPayload(
                f"{where}: contents: expected none beside raw_input_contents, found {', '.join(contents.names)}"
            )
        else:
            tensor.data = self._raw(raw, datatype, tensor.shape, f"{where}: raw_input_contents")

    def _raw(self, span: _Span, datatype: Datatype, shape: tuple[int, ...], where: str) -> np.ndarray:
        if datatype is BYTES:
            self._room.take_values(min(math.prod(shape), span[1] - span[0]))
        return binary_tensors.decode(memoryview(self._body)[span[0] : span[1]], datatype, shape, where)

    def _requested_output(self, at: int, end: int) -> RequestedOutput:
        output = RequestedOutput("")
        for tag, start, stop in fields(self._body, at, end, self._room):
            if tag == _NAME:
                output.name = self._text(start, stop)
            elif tag == _OUTPUT_PARAMETERS:
                self._parameter(start, stop, output.parameters)
        return output

    def _parameter(self, at: int, end: int, parameters: Parameters) -> None:
        """Add one entry of a map to the parameters. A parameter without a value is absent."""
        self._room.take_object()
        key, value = "", bytearray()
        for tag, start, stop in fields(self._body, at, end, self._room):
            if tag == _KEY:
                key = self._text(start, stop)
            elif tag == _VALUE:
                value += self._body[start:stop]  # protobuf merges several of them
        parameters.pop(key, None)
        message = message_class("InferParameter").FromString(bytes(value))
        if choice := message.WhichOneof("parameter_choice"):
            parameters[key] = getattr(message, choice)


def _add_sizes(body: bytes, at: int, end: int, shape: list[int]) -> None:
    """Add the varints to the shape. It gets at most one size more than a shape may have."""
    while at < end and len(shape) <= shapes.MAX_DIMENSIONS:
        size, at = varints.read(body, at)
        shape.append(size - 2**64 if size >= 2**63 else size)
    if at > end:
        raise Malformed


def write(response: InferResponse, as_raw: bool) -> bytes:
    """The bytes of a ModelInferResponse. as_raw: whether its tensors are raw; with one of FP16 they are always.

    Raises ModelError for text that protobuf cannot carry.
    """
    as_raw = as_raw or any(output.datatype not in proto_tensors.HAVE_A_FIELD for output in response.outputs)
    try:
        parts: list[Buffer] = [
            field(tag, text.encode()) for tag, name in _TEXTS.items() if (text := getattr(response, name))
        ]
        parts += _parameters(_PARAMETERS, response.parameters)
        for output in response.outputs:
            parts += _output(output, as_raw)
        for output in response.outputs if as_raw else ():
            raw = binary_tensors.encode(output.data, DATATYPES[output.datatype])
            parts += [head(_RAW_OUTPUT, len(raw)), raw]
    except UnicodeEncodeError as error:
        raise ModelError(f"the message cannot be sent over gRPC: {error}") from None
    return b"".join(parts)


def _output(output: Tensor, as_raw: bool) -> list[Buffer]:
    parts: list[Buffer] = [field(_NAME, output.name.encode()), field(_DATATYPE, output.datatype.encode())]
    if output.shape:
        parts.append(field(_SHAPE, b"".join(map(as_varint, output.shape))))
    parts += _parameters(_TENSOR_PARAMETERS, output.parameters)
    if not as_raw:
        contents = proto_tensors.write(output.data, DATATYPES[output.datatype])
        parts += [head(_CONTENTS, sum(map(len, contents))), *contents]
    return [head(_OUTPUT, sum(map(len, parts))), *parts]


def _parameters(tag: int, parameters: Parameters) -> list[bytes]:
    """The entries of a map of InferParameter."""
    return [
        field(tag, field(_KEY, key.encode()) + field(_VALUE, _value(value).SerializeToString()))
        for key, value in parameters.items()
    ]


def _value(value: Any) -> Any:
    """The InferParameter of a value. The protocol has no floats in it, so they are text."""
    create = message_class("InferParameter")
    if isinstance(value, bool):
        return create(bool_param=value)
    if isinstance(value, int) and value in _INT64:
        return create(int64_param=value)
    if isinstance(value, int) and value in _UINT64:
        return create(uint64_param=value)
    return create(string_param=str(value))
