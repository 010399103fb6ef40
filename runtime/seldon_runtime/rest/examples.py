"""Requests that can be sent as they are, one a method."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

_USUAL_WIDTH = 4
_LONGEST = 1024  # values that are written out
# datatype of the metadata -> values that any model of such an input takes, over and over
_VALUES: dict[str, Sequence[Any]] = {
    **dict.fromkeys(("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"), (0, 1)),
    "BOOL": (True, False),
    "BYTES": ("text",),
}
# datatype -> TensorProto's name for it, and its field for one value that fills the whole tensor
_FILLED = {
    "BOOL": ("DT_BOOL", "boolVal"),
    "UINT8": ("DT_UINT8", "intVal"),
    "UINT16": ("DT_UINT16", "intVal"),
    "UINT32": ("DT_UINT32", "uint32Val"),
    "UINT64": ("DT_UINT64", "uint64Val"),
    "INT8": ("DT_INT8", "intVal"),
    "INT16": ("DT_INT16", "intVal"),
    "INT32": ("DT_INT32", "intVal"),
    "INT64": ("DT_INT64", "int64Val"),
    "FP16": ("DT_FLOAT", "floatVal"),
    "FP32": ("DT_FLOAT", "floatVal"),
    "FP64": ("DT_DOUBLE", "doubleVal"),
}


def example(method: str, description: dict[str, Any]) -> dict[str, Any]:
    """The body of a request of `method`, as the component's inputs or features are, where those are known."""
    message = _message(description)
    if method == "aggregate":
        return {"seldonMessages": [message, message]}
    if method == "send_feedback":
        return {"request": message, "truth": {"data": {"ndarray": [[1.5]]}}, "reward": 0.5}
    return message


def one_row(names: list[str]) -> dict[str, Any]:
    """A message with one row of numbers, which no reader of JSON can take for integers."""
    row = [column + 0.5 for column in range(len(names) or _USUAL_WIDTH)]
    return {"data": {"names": names, "ndarray": [row]} if names else {"ndarray": [row]}}


def inference_example(inputs: Sequence[dict[str, Any]], width: int) -> dict[str, Any]:
    """The body of an inference of the Open Inference Protocol. The values of a tensor that has too many are left out.

    inputs: the declared ones; without them, one row of `width` numbers, or of as many as is usual if that is 0.
    """
    usual = {"name": "x", "datatype": "FP64", "shape": [1, width or _USUAL_WIDTH]}
    return {"inputs": [{**tensor, "shape": _shape(tensor), "data": _flat(tensor)} for tensor in inputs or [usual]]}


def _flat(tensor: dict[str, Any]) -> list[Any]:
    count = math.prod(_shape(tensor))
    return list(itertools.islice(itertools.cycle(_values(tensor)), count if count <= _LONGEST else 0))


def _message(description: dict[str, Any]) -> dict[str, Any]:
    names, inputs = description.get("feature_names", []), description.get("inputs", [])
    if _are_columns(inputs):
        row = [_values({"datatype": column["datatype"], "shape": [1]})[0] for column in inputs]
        return {"data": {"names": names, "ndarray": [row]}}
    if not _are_tensors(inputs):
        return one_row(names)
    if len(inputs) > 1:
        return {"jsonData": {tensor["name"]: _nested(tensor) for tensor in inputs}}
    return {"data": {"names": names, **_data(inputs[0])} if names else _data(inputs[0])}


def _are_columns(inputs: Any) -> bool:
    """Whether these are the columns of a model file, each with a datatype of its own."""
    return (
        isinstance(inputs, list)
        and len(inputs) > 1
        and all(isinstance(column, dict) and {"messagetype", "datatype"} <= {*column} for column in inputs)
    )


def _are_tensors(inputs: Any) -> bool:
    """Whether these are inputs in the words of the Open Inference Protocol; a class may say what it likes."""
    return (
        isinstance(inputs, list)
        and bool(inputs)
        and all(
            isinstance(tensor, dict)
            and isinstance(tensor.get("name"), str)
            and tensor.get("datatype") in {*_FILLED, *_VALUES}
            and isinstance(tensor.get("shape"), list)
            and all(isinstance(size, int) for size in tensor["shape"])
            for tensor in inputs
        )
    )


def _data(tensor: dict[str, Any]) -> dict[str, Any]:
    shape = _shape(tensor)
    if math.prod(shape) <= _LONGEST or tensor["datatype"] not in _FILLED:
        nested = _nested(tensor)
        return {"ndarray": nested if shape else [nested]}
    dtype, field = _FILLED[tensor["datatype"]]
    sizes = [{"size": str(size)} for size in shape]
    return {"tftensor": {"dtype": dtype, "tensorShape": {"dim": sizes}, field: [_values(tensor)[0]]}}


def _nested(tensor: dict[str, Any]) -> Any:
    shape = _shape(tensor)
    values: list[Any] = list(itertools.islice(itertools.cycle(_values(tensor)), math.prod(shape)))
    for size in reversed(shape):
        values = [values[start : start + size] for start in range(0, len(values), size)]
    return values[0]


def _values(tensor: dict[str, Any]) -> Sequence[Any]:
    numbers = [column + 0.5 for column in range((_shape(tensor) or [1])[-1])]
    return _VALUES.get(tensor["datatype"], numbers)


def _shape(tensor: dict[str, Any]) -> list[int]:
    """The tensor's sizes, with 1 for those that the request chooses."""
    return [max(size, 1) for size in tensor["shape"]]
