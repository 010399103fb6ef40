"""Requests and responses of the Open Inference Protocol, whichever wire they came by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

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
