"""Requests and responses of the Open Inference Protocol, for both wires."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from seldon_component.errors import BadPayload

SHARED_MEMORY = "shared_memory_region"  # the parameter of a tensor whose data are not in the message
Parameters = dict[str, Any]  # text, numbers and booleans by their names


@dataclass(slots=True)
class Tensor:
    """An input or an output.

    datatype: a name of `datatypes`. data: ndarray of `shape`, of the datatype's dtype; BF16 as float32; BYTES as
    object, whose elements are text if they came as JSON text, else bytes.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: np.ndarray[Any, Any]
    parameters: Parameters = field(default_factory=dict)


@dataclass(slots=True)
class RequestedOutput:
    """An output that the client asks for. parameters: `binary_data` and `classification` among others."""

    name: str
    parameters: Parameters = field(default_factory=dict)


@dataclass(slots=True)
class InferRequest:
    """A request for an inference.

    model_version, id: "" if the request has none. outputs: empty if the client wants all.
    """

    model_name: str
    inputs: list[Tensor]
    model_version: str = ""
    id: str = ""
    parameters: Parameters = field(default_factory=dict)
    outputs: list[RequestedOutput] = field(default_factory=list)


@dataclass(slots=True)
class InferResponse:
    """The response to an InferRequest."""

    model_name: str
    id: str
    outputs: list[Tensor]
    model_version: str = ""
    parameters: Parameters = field(default_factory=dict)


def check_names(inputs: list[Tensor]) -> None:
    """Raises BadPayload for an input without a name, and for two of one name."""
    if len(inputs) == 1 and inputs[0].name:
        return
    names = [tensor.name for tensor in inputs]
    if "" in names:
        raise BadPayload(f"inputs[{names.index('')}]: name: expected text, found none")
    if len({*names}) != len(names):
        raise BadPayload(f"inputs: expected different names, found {', '.join(names)}")


def check_outputs(outputs: list[RequestedOutput]) -> None:
    """Raises BadPayload for an output that is wanted twice: a few bytes more would make the response twice as large."""
    for name, count in Counter(output.name for output in outputs).items():
        if count > 1:
            raise BadPayload(f"outputs: expected different names, found '{name}' more than once")


def no_shared_memory(field: str) -> BadPayload:
    """The error of a tensor with the parameter SHARED_MEMORY."""
    return BadPayload(f"{field}: expected data, found a region of shared memory, which is not supported; send data")
