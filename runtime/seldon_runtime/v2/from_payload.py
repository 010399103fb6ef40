"""Payload -> InferResponse: the tensors that a client gets of what the user's class returned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from seldon_component.codec import arrays
from seldon_component.errors import BadPayload, CallError, ModelError
from seldon_component.payload import BINDATA, CUSTOMDATA, JSONDATA, STRDATA, V2TENSORS, Payload

from ..codec import json_codec
from . import datatypes
from .messages import InferRequest, InferResponse, Parameters, RequestedOutput, Tensor
from .to_payload import arrays_of_objects

_LOWEST_ERROR, _HIGHEST_ERROR = 400, 599
_TEXTS = frozenset((str, bytes))
_ELEMENTS = frozenset((STRDATA, BINDATA, CUSTOMDATA, JSONDATA))  # kinds of one text or of bytes


def to_response(payload: Payload, request: InferRequest, names: Sequence[str], output: str, puid: str) -> InferResponse:
    """The response to `request`. Raises CallError.

    names: of the request's columns. output: the name of a single output. puid: of the request.
    """
    _check_status(payload)
    outputs = _chosen(_tensors(payload, names, output), request.outputs)
    tags = payload.meta.get("tags")
    parameters = {name: value if _is_parameter(value) else _json(value) for name, value in tags.items()} if tags else {}
    return InferResponse(request.model_name, puid, outputs, request.model_version, parameters)


def _check_status(payload: Payload) -> None:
    """A hook for whole messages may return an error as a status."""
    if payload.status is None:
        return
    code = payload.status.get("code")
    if isinstance(code, int) and _LOWEST_ERROR <= code <= _HIGHEST_ERROR:
        info = payload.status.get("info") or payload.status.get("reason")
        raise CallError(info or "the class returned a status", code)


def _is_parameter(value: Any) -> bool:
    return isinstance(value, str | bool | int | float)


def _json(value: Any) -> str:
    return json_codec.dump(value).decode()


def _tensors(payload: Payload, names: Sequence[str], output: str) -> list[Tensor]:
    """All outputs. `names` in the parameters of one are the names of its columns, as a JSON list."""
    if payload.kind is None:
        return []
    if payload.kind == V2TENSORS:
        return [_tensor(name, array) for name, array in zip(payload.names, payload.data, strict=True)]
    if payload.kind in _ELEMENTS:
        element = _json(payload.data) if payload.kind == JSONDATA else payload.data
        return [Tensor(output, "BYTES", (1,), arrays_of_objects([element], (1,)))]
    data, own = payload.data, payload.names
    if data.dtype.kind == "O" and data.ndim == 2 and _narrow(data) is None:
        width = data.shape[1]
        titles = next((found for found in (own, names) if len(found) == width), None)
        titles = titles or [f"output-{column}" for column in range(width)]
        return [_tensor(titles[column], data[:, column]) for column in range(width)]
    return [_tensor(output, data, {"names": _json(list(own))} if own else {})]


def _narrow(array: np.ndarray) -> np.ndarray | None:
    """An array of objects in the narrowest dtype that has each element, texts and bytes as they are, else None."""
    flat = array.ravel().tolist()
    kinds = set(map(type, flat))
    if kinds <= _TEXTS:
        return array
    is_unsigned = kinds == {int} and 0 <= min(flat) and 2**63 <= max(flat) < 2**64
    narrow: np.ndarray = np.array(flat, np.uint64) if is_unsigned else arrays.build(flat, kinds)
    return narrow.reshape(array.shape) if narrow.dtype.kind in "biuf" else None


def _tensor(name: str, array: np.ndarray, parameters: Parameters | None = None) -> Tensor:
    """Raises ModelError for a dtype that the protocol does not have."""
    if array.dtype.kind in "UO":
        array = _of_objects(array.astype(object))
    datatype = datatypes.of_dtype(array.dtype)
    if datatype is None:
        raise ModelError(f"output '{name}': expected numbers, text or bytes, found dtype {array.dtype}; convert it")
    return Tensor(name, datatype.name, array.shape, array, {} if parameters is None else parameters)


def _of_objects(array: np.ndarray) -> np.ndarray:
    """The same as `_narrow`, and JSON texts in the place of elements that are neither numbers nor texts alone."""
    narrow = _narrow(array)
    if narrow is not None:
        return narrow
    flat = [element if type(element) in _TEXTS else _json(element) for element in array.ravel().tolist()]
    return arrays_of_objects(flat, array.shape)


def _chosen(tensors: list[Tensor], requested: list[RequestedOutput]) -> list[Tensor]:
    """The outputs that the client wants, in its order. Raises BadPayload for one that is not there."""
    if not requested:
        return tensors
    by_name = {tensor.name: tensor for tensor in tensors}
    chosen = []
    for index, wish in enumerate(requested):
        if wish.name not in by_name:
            there = ", ".join(by_name) or "none"
            raise BadPayload(f"outputs[{index}].name: expected one of {there}, found '{wish.name}'")
        tensor, most = by_name[wish.name], wish.parameters.get("classification")
        chosen.append(tensor if most is None else _classified(tensor, most))
    return chosen


def _classified(tensor: Tensor, most: Any) -> Tensor:
    """The `most` highest values of each row, as text `value:index` or `value:index:label`. Raises BadPayload."""
    field = f"output '{tensor.name}': classification"
    if type(most) is not int or most < 1:
        raise BadPayload(f"{field}: expected a number of classes above 0, found {arrays.describe(most)}")
    if tensor.data.dtype.kind not in "iuf" or tensor.data.ndim not in (1, 2):
        raise BadPayload(f"{field}: expected numbers of shape [classes] or [rows, classes], found {tensor.datatype}")
    labels = json.loads(tensor.parameters.get("names", "[]"))
    rows = [_highest(row, most, labels) for row in np.atleast_2d(tensor.data)]
    shape = (*tensor.shape[:-1], min(most, tensor.shape[-1]))
    elements = [text for row in rows for text in row]
    return Tensor(tensor.name, "BYTES", shape, arrays_of_objects(elements, shape), tensor.parameters)


def _highest(row: np.ndarray, most: int, labels: list[str]) -> list[str]:
    order = sorted(range(len(row)), key=row.tolist().__getitem__, reverse=True)[:most]
    ends = [f":{labels[index]}" if len(labels) == len(row) else "" for index in order]
    return [f"{float(row[index]):f}:{index}{end}" for index, end in zip(order, ends, strict=True)]
