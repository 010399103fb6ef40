"""Seldon's messages of the contract's table in the words of the Open Inference Protocol, as far as it has any."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np

Tensor = dict[str, Any]
_METHODS = ("predict", "transform_input")  # those that an inference may mean
_TYPES = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}
_NARROW = {"FP16": np.float16, "FP32": np.float32}


class NotSayable(ValueError):
    """V2 has no words for the message."""


def to_request(method: str, message: Any) -> dict[str, Any]:
    """The body of a request. Raises NotSayable."""
    data = message.get("data") if isinstance(message, dict) else None
    meta = message.get("meta", {}) if isinstance(message, dict) else {}
    if method not in _METHODS or not isinstance(data, dict) or {*message} - {"data", "meta"}:
        raise NotSayable
    if not isinstance(meta, dict) or meta.keys() - {"puid"} or not isinstance(meta.get("puid", ""), str):
        raise NotSayable
    names = data.get("names", [])
    if not isinstance(names, list):
        raise NotSayable
    shape, values = _shape_and_values(data)
    if math.prod(shape) != len(values) or len(shape) > 32:
        raise NotSayable
    inputs = _columns(shape, values, names) if names or _type_of(values) is None else [_tensor("x", shape, values)]
    return {"inputs": inputs, **({"id": meta["puid"]} if "puid" in meta else {})}


def _shape_and_values(data: dict[str, Any]) -> tuple[list[int], list[Any]]:
    if {*data} - {"names"} == {"tensor"} and isinstance(data["tensor"], dict):
        shape, values = data["tensor"].get("shape"), data["tensor"].get("values")
        if isinstance(shape, list) and isinstance(values, list) and all(type(size) is int and size >= 0 for size in shape):
            return shape, values
    elif {*data} - {"names"} == {"ndarray"} and isinstance(data["ndarray"], list):
        return _of_nested(data["ndarray"])
    raise NotSayable


def _of_nested(nested: list[Any]) -> tuple[list[int], list[Any]]:
    shape, level = [len(nested)], nested
    while level and all(isinstance(one, list) for one in level):
        if len({len(one) for one in level}) > 1:
            raise NotSayable
        shape.append(len(level[0]))
        level = [element for one in level for element in one]
    return shape, level


def _type_of(values: list[Any]) -> str | None:
    kinds = {type(value) for value in values}
    if kinds <= {int} and values and 2**63 <= max(values) < 2**64 and min(values) >= 0:
        return "UINT64"
    if kinds <= {int} and all(-(2**63) <= value < 2**63 for value in values):
        return "INT64" if values else "FP64"
    if kinds <= {int, float, type(None)} and float in kinds:
        return "FP64"
    return _TYPES.get(kinds.pop()) if len(kinds) == 1 and kinds <= {bool, str} else None


def _tensor(name: str, shape: list[int], values: list[Any]) -> Tensor:
    datatype = _type_of(values)
    if datatype is None:
        raise NotSayable
    return {"name": name, "datatype": datatype, "shape": shape, "data": values}


def _columns(shape: list[int], values: list[Any], names: list[str]) -> list[Tensor]:
    if len(shape) != 2 or any(not isinstance(name, str) for name in names):
        raise NotSayable
    names = names or [f"c{column}" for column in range(shape[1])]
    if len(names) != shape[1]:
        raise NotSayable
    return [_tensor(name, [shape[0], 1], values[column :: shape[1]]) for column, name in enumerate(names)]


def same(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether a response says what Seldon's message says. Numbered names and metrics are Seldon's alone."""
    if "error" in found:
        return bool(found["error"] == expected["status"]["info"])
    meta = expected["meta"]
    has_meta = _parameters(found) == meta.get("tags", {}) and meta.get("puid", found["id"]) == found["id"]
    return bool(has_meta and _has_data(found["outputs"], expected))


def _parameters(found: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in found.get("parameters", {}).items()}


def _plain(value: Any) -> Any:
    """A tag that is a list or an object comes as JSON text."""
    return json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{", "n") else value


def _has_data(outputs: list[Tensor], expected: dict[str, Any]) -> bool:
    if "data" not in expected:
        kind = next(key for key in ("strData", "binData", "jsonData") if key in expected)
        found = outputs[0]["data"][0] if len(outputs) == 1 else {one["name"]: _nested(one) for one in outputs}
        return bool((json.loads(found) if kind == "jsonData" and isinstance(found, str) else found) == expected[kind])
    data = expected["data"]
    shape, values = _shape_and_values(data)
    narrow = _NARROW.get(outputs[0]["datatype"], lambda value: value)
    values = [narrow(value) if isinstance(value, float) else value for value in values]
    return _has_values(outputs, shape, values) and _has_names(outputs, [name for name in data["names"] if not re.fullmatch(r"t:\d+", name)])


def _has_values(outputs: list[Tensor], shape: list[int], values: list[Any]) -> bool:
    if len(outputs) == 1:
        return outputs[0]["shape"] == shape and _alike(outputs[0]["data"], values)
    columns = [values[column :: shape[1]] for column in range(shape[1])]
    return len(outputs) == len(columns) and all(_alike(one["data"], column) for one, column in zip(outputs, columns, strict=True))


def _alike(found: list[Any], expected: list[Any]) -> bool:
    return found == expected and [type(one) is bool for one in found] == [type(one) is bool for one in expected]


def _has_names(outputs: list[Tensor], names: list[str]) -> bool:
    if len(outputs) > 1:
        return not names or [one["name"] for one in outputs] == names
    return bool(json.loads(outputs[0].get("parameters", {}).get("names", "[]")) == names)


def _nested(tensor: Tensor) -> Any:
    return np.array(tensor["data"], object).reshape(tensor["shape"]).tolist()
