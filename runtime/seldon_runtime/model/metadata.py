"""The response of `/metadata`: the component's `init_metadata`, checked as Seldon Core 1.x did, and defaults."""

from __future__ import annotations

from typing import Any

from seldon_component.codec.arrays import describe
from seldon_component.errors import BadMetadata, CallError, NotImplementedByModel
from seldon_component.payload import Payload

from ..config.settings import UnitSettings
from ..messages import Request
from .interface import Model, call

_ARRAYS = ("tensor", "ndarray", "tftensor")
_WITHOUT_SCHEMA = ("strData", "binData")
_DATATYPES = (
    "BOOL",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "FP16",
    "FP32",
    "FP64",
    "BYTES",
)


def metadata_of(model: Model, unit: UnitSettings | None = None) -> dict[str, Any]:
    """Every field of 1.x's metadata. Raises BadMetadata, or the CallError of a component that fails.

    unit: its image has the name and the version that the component does not tell.
    """
    try:
        own = call(model, Request("metadata", Payload())).data
    except CallError as error:
        if error.reason != NotImplementedByModel.reason:
            raise
        own = None
    return {**known(model.description), **_of_image(unit), **checked({} if own is None else own)}


def _of_image(unit: UnitSettings | None) -> dict[str, Any]:
    if unit is None or not unit.image:
        return {}
    name, version = unit.image_parts
    return {"name": name, "versions": [version] if version else []}


def known(description: dict[str, Any]) -> dict[str, Any]:
    """The metadata that follow from a component's own description: the defaults of each field."""
    return {
        "name": description.get("name", ""),
        "versions": [],
        "platform": "",
        "inputs": _named(description.get("feature_names")),
        "outputs": _named(description.get("class_names")),
        "custom": {},
    }


def checked(metadata: Any) -> dict[str, Any]:
    """`metadata` itself. Raises BadMetadata, naming the field and what was found."""
    found = _object(metadata, "metadata", _FIELDS)
    for key, value in found.items():
        _FIELDS[key](value, key)
    return found


def _named(names: list[str] | None) -> list[dict[str, Any]]:
    return [{"messagetype": "ndarray", "schema": {"names": names, "shape": [len(names)]}}] if names else []


def _object(value: Any, field: str, allowed: Any = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadMetadata(f"{field}: expected an object, found {describe(value)}")
    for key in value:
        if allowed is not None and key not in allowed:
            raise BadMetadata(f"{field}: '{key}' is not one of {', '.join(allowed)}")
    return value


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadMetadata(f"{field}: expected a list, found {describe(value)}")
    return value


def _text(value: Any, field: str) -> None:
    if not isinstance(value, str):
        raise BadMetadata(f"{field}: expected text, found {describe(value)}")


def _texts(value: Any, field: str) -> None:
    for index, item in enumerate(_list(value, field)):
        _text(item, f"{field}[{index}]")


def _shape(value: Any, field: str) -> None:
    for index, size in enumerate(_list(value, field)):
        if isinstance(size, bool) or not isinstance(size, int):
            raise BadMetadata(f"{field}[{index}]: expected an integer, found {describe(size)}")


def _datatype(value: Any, field: str) -> None:
    if value not in _DATATYPES:
        raise BadMetadata(f"{field}: expected one of {', '.join(_DATATYPES)}, found {describe(value)}")


def _custom(value: Any, field: str) -> None:
    for key, item in _object(value, field).items():
        _text(item, f"{field}.{key}")


def _messages(value: Any, field: str) -> None:
    """Inputs or outputs: each has the fields of a SeldonMessage, or of the Open Inference Protocol's tensors."""
    for index, item in enumerate(_list(value, field)):
        where = f"{field}[{index}]"
        if "messagetype" in _object(item, where):
            _message(item, where)
            continue
        for key, part in _object(item, where, _TENSOR).items():
            _TENSOR[key](part, f"{where}.{key}")


def _message(item: dict[str, Any], where: str) -> None:
    kind = item["messagetype"]
    _text(kind, f"{where}.messagetype")
    _object(item, where, ("messagetype",) if kind in _WITHOUT_SCHEMA else ("messagetype", "datatype", "schema"))
    _datatype(item.get("datatype", _DATATYPES[0]), f"{where}.datatype")
    schema = _object(item.get("schema", {}), f"{where}.schema", _ARRAY if kind in _ARRAYS else None)
    if kind in _ARRAYS:
        for key, part in schema.items():
            _ARRAY[key](part, f"{where}.schema.{key}")


_ARRAY = {"names": _texts, "shape": _shape}
_TENSOR = {"name": _text, "datatype": _datatype, "shape": _shape}
_FIELDS = {
    "name": _text,
    "versions": _texts,
    "platform": _text,
    "inputs": _messages,
    "outputs": _messages,
    "custom": _custom,
}
