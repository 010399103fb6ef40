"""InferRequest -> Payload: what the user's class gets of a request.

One input is an array of its own dtype and shape. Several inputs are columns of one matrix, or a dict of arrays for a
class whose attribute `inputs_by_name` is true.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
from seldon_component.codec import arrays, shapes
from seldon_component.errors import BadPayload
from seldon_component.payload import V2TENSOR, V2TENSORS, Payload

from .messages import InferRequest, Parameters, Tensor

_EXACT = 2**53  # a double has each integer up to here
# parameters that are for the server, and mean nothing to the class
_RESERVED = frozenset(
    ("binary_data_size", "binary_data_output", "binary_data", "headers", "content_type", "classification")
    + ("sequence_id", "sequence_start", "sequence_end", "priority", "timeout")
    + ("shared_memory_region", "shared_memory_byte_size", "shared_memory_offset")
)


def to_payload(request: InferRequest, puid: str, by_name: bool = False) -> Payload:
    """The message for the class. Raises BadPayload.

    puid: for a request without an id, or "". by_name: whether the class takes a dict of arrays.
    """
    inputs, usual = request.inputs, request.parameters.get("content_type")
    found = [values_of(tensor, tensor.parameters.get("content_type", usual)) for tensor in inputs]
    meta = _meta(request, puid)
    if by_name:
        return Payload(V2TENSORS, tuple(found), [tensor.name for tensor in inputs], meta)
    if len(inputs) == 1:
        data = found[0]
        return Payload(V2TENSOR, data, [inputs[0].name] if data.ndim == 1 or data.shape[1:] == (1,) else [], meta)
    return Payload(V2TENSOR, *_side_by_side(inputs, found), meta)


def _meta(request: InferRequest, puid: str) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if puid := request.id or puid:
        meta["puid"] = puid
    if request.parameters and (kept := _for_the_class(request.parameters)):
        meta["parameters"] = kept
    return meta


def _for_the_class(parameters: Parameters) -> Parameters:
    return {
        name: value
        for name, value in parameters.items()
        if name not in _RESERVED and not name.startswith("triton_") and isinstance(value, str | int | float)
    }


def values_of(tensor: Tensor, content_type: Any) -> np.ndarray:
    """The tensor's array: BYTES as text if all of them are UTF-8, else as bytes. Raises BadPayload.

    content_type: MLServer's word for what the elements are, or None.
    """
    if tensor.datatype != "BYTES":
        return tensor.data
    elements = tensor.data.ravel().tolist()
    convert = _CONVERSIONS.get(content_type, _text_if_possible) if isinstance(content_type, str) else _text_if_possible
    return arrays_of_objects(convert(elements, f"input '{tensor.name}'"), tensor.shape)


def arrays_of_objects(elements: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    array: np.ndarray = arrays.of_objects(elements)
    return array.reshape(shape)


def _text_if_possible(elements: list[Any], field: str) -> list[Any]:
    try:
        return [element if isinstance(element, str) else element.decode() for element in elements]
    except UnicodeDecodeError:
        return [element.encode() if isinstance(element, str) else element for element in elements]


def _text(elements: list[Any], field: str) -> list[Any]:
    texts = []
    for index, element in enumerate(elements):
        try:
            texts.append(element if isinstance(element, str) else element.decode())
        except UnicodeDecodeError:
            found = arrays.describe(element)
            raise BadPayload(f"{field}: data[{index}]: expected text in UTF-8, found {found}") from None
    return texts


def _from_base64(elements: list[Any], field: str) -> list[Any]:
    decoded = []
    for index, element in enumerate(elements):
        try:
            decoded.append(base64.b64decode(element, validate=True))
        except (binascii.Error, ValueError):
            raise BadPayload(
                f"{field}: data[{index}]: expected base64 text, found {arrays.describe(element)}"
            ) from None
    return decoded


_CONVERSIONS: dict[str, Callable[[list[Any], str], list[Any]]] = {
    "str": _text,
    "datetime": _text,
    "base64": _from_base64,
}


def _side_by_side(inputs: list[Tensor], found: list[np.ndarray]) -> tuple[np.ndarray, list[str]]:
    """One matrix of all inputs, and the names of its columns. Raises BadPayload if their rows differ."""
    rows = found[0].shape[:1]
    if any(array.ndim not in (1, 2) or array.shape[:1] != rows for array in found):
        shapes_found = ", ".join(
            f"'{tensor.name}' {shapes.describe(array.shape)}" for tensor, array in zip(inputs, found, strict=True)
        )
        raise BadPayload(
            f"inputs: expected one input, or several of shape [rows] or [rows, columns] with equal rows, "
            f"found {shapes_found}"
        )
    parts = [array if array.ndim == 2 else array.reshape(len(array), 1) for array in found]
    names = chain.from_iterable(_names(tensor.name, part.shape[1]) for tensor, part in zip(inputs, parts, strict=True))
    return np.concatenate(_of_one_dtype(parts), axis=1), list(names)


def _names(name: str, width: int) -> list[str]:
    return [name] if width == 1 else [f"{name}:{column}" for column in range(width)]


def _of_one_dtype(parts: list[np.ndarray]) -> list[np.ndarray]:
    """Arrays that can stand side by side and keep each value: of their own dtype, of a common one, or of objects."""
    if len({part.dtype for part in parts}) == 1:
        return parts
    if all(part.dtype.kind in "iuf" for part in parts):
        common = np.result_type(*parts)
        if common.kind != "f" or not any(_has_large_integers(part) for part in parts):
            return [part.astype(common) for part in parts]
    return [part.astype(object) for part in parts]


def _has_large_integers(part: np.ndarray) -> bool:
    return part.dtype.kind in "iu" and part.size > 0 and max(int(part.max()), -int(part.min())) > _EXACT
