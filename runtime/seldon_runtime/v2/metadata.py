"""What is known of the inputs and outputs of the model, and requests checked against it.

The first of these that says something counts: `init_metadata` (the ONNX file has one, too), `contract.json`, and for
inputs a trained model that the user's object has. Requests are not checked against the last one, because the class may
make other columns for its model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeGuard

from seldon_component.codec import shapes
from seldon_component.errors import BadPayload

from ..config.settings import Settings
from ..contract.document import FILE, BadContract, read_contract, row_shape
from ..contract.field import Field
from ..model.interface import Model
from ..model.metadata import metadata_of
from .datatypes import DATATYPES
from .messages import InferRequest, Tensor

_MATRIX = "x"  # the name of an input or output whose columns have names
_ARRAYS = ("tensor", "ndarray", "tftensor")


class TensorSpec(NamedTuple):
    """shape: sizes; -1 is any. columns: the names of its columns, which may come as inputs of their own, or ()."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"'{self.name}' ({self.datatype} {shapes.describe(self.shape)})"

    def describe(self) -> dict[str, Any]:
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


class MetadataSource:
    """The metadata of one model. They are read again when the component has been loaded again."""

    def __init__(self, model: Model, settings: Settings) -> None:
        self._model = model
        self._unit = settings.unit
        self._path = settings.folder / FILE
        self._read_for: dict[str, Any] | None = None
        self._inputs: tuple[TensorSpec, ...] = ()
        self._checked: tuple[TensorSpec, ...] = ()
        self._outputs: tuple[TensorSpec, ...] = ()
        self._first_output = ""

    def versions(self) -> list[str]:
        return [version for version in self._model.description.get("versions", ()) if isinstance(version, str)]

    def first_output(self) -> str:
        """The name that `init_metadata` gives to its first output, or ""."""
        self._specs()
        return self._first_output

    def inputs(self) -> tuple[TensorSpec, ...]:
        return self._specs()[0]

    def document(self, name: str) -> dict[str, Any]:
        """The metadata as both wires send them. It waits for the component. name: that the client has used."""
        found = metadata_of(self._model, self._unit)
        inputs, outputs = self._specs()
        return {
            "name": name,
            "versions": found["versions"],
            "platform": found["platform"],
            "inputs": [spec.describe() for spec in inputs],
            "outputs": [spec.describe() for spec in outputs],
        }

    def check(self, request: InferRequest) -> None:
        """Put the inputs into the declared order. Raises BadPayload if they are not those that are declared."""
        self._specs()
        specs = self._checked
        if not specs:
            return
        if len(request.inputs) == 1 and len(specs) == 1:
            _check_tensor(request.inputs[0], specs[0])
            return
        columns = specs[0].columns if len(specs) == 1 else ()
        names = columns or tuple(spec.name for spec in specs)
        found = {tensor.name: tensor for tensor in request.inputs}
        if {*found} != {*names}:
            words = ", ".join(columns or map(str, specs))
            raise BadPayload(f"inputs: expected {words}, found {', '.join(found)}; send each of them by its name")
        request.inputs = [found[name] for name in names]
        if not columns:
            for tensor, spec in zip(request.inputs, specs, strict=True):
                _check_tensor(tensor, spec)

    def _specs(self) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
        description = self._model.description
        if description is not self._read_for:
            features, targets = self._of_contract()
            self._checked = _declared(description.get("inputs")) or features
            self._inputs = self._checked or _of_trained_model(description)
            outputs = _declared(description.get("outputs"))
            self._outputs = outputs or targets
            self._first_output = outputs[0].name if outputs and not outputs[0].columns else ""
            self._read_for = description
        return self._inputs, self._outputs

    def _of_contract(self) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
        """Of a contract.json that is wrong, nothing: a build tells of it."""
        if not self._path.is_file():
            return (), ()
        try:
            contract = read_contract(self._path)
        except BadContract:
            return (), ()
        return _of_fields(contract.features), _of_fields(contract.targets)


def _check_tensor(tensor: Tensor, spec: TensorSpec) -> None:
    shape = tensor.shape
    if spec.columns and len(shape) == 1 and math.prod(spec.shape[1:]) == 1:
        shape = (*shape, 1)
    fits = len(shape) == len(spec.shape) and all(
        size in (-1, found) for size, found in zip(spec.shape, shape, strict=True)
    )
    if not fits or (tensor.datatype == "BYTES") != (spec.datatype == "BYTES"):
        found = f"{tensor.datatype} {shapes.describe(tensor.shape)}"
        raise BadPayload(f"input '{tensor.name}': expected {spec}, found {found}")


def _declared(entries: Any) -> tuple[TensorSpec, ...]:
    """The specs of `inputs` or `outputs` of `init_metadata`; /metadata tells of what is wrong in them."""
    found = map(_of_entry, entries if isinstance(entries, list) else ())
    return tuple(spec for spec in found if spec is not None)


def _of_entry(entry: Any) -> TensorSpec | None:
    if not isinstance(entry, dict):
        return None
    if "messagetype" in entry:
        return _of_message(entry)
    name, datatype, shape = entry.get("name"), entry.get("datatype"), entry.get("shape", None)
    if isinstance(name, str) and datatype in DATATYPES and _is_shape(shape):
        return TensorSpec(name, datatype, tuple(shape))
    return None


def _of_message(entry: dict[str, Any]) -> TensorSpec | None:
    """Of an entry in the words of Seldon Core 1.x."""
    kind = entry["messagetype"]
    if kind == "strData":
        return TensorSpec(_MATRIX, "BYTES", (-1,))
    schema = entry.get("schema") or {}
    if kind not in _ARRAYS or not isinstance(schema, dict) or not _is_shape(shape := schema.get("shape", [])):
        return None
    names = tuple(name for name in schema.get("names", ()) if isinstance(name, str))
    datatype = entry.get("datatype", "FP64")
    return TensorSpec(names[0] if len(names) == 1 else _MATRIX, datatype, (-1, *shape), names or (_MATRIX,))


def _is_shape(shape: Any) -> TypeGuard[list[int]]:
    return isinstance(shape, list) and all(type(size) is int and size >= -1 for size in shape)


def _of_fields(fields: tuple[Field, ...]) -> tuple[TensorSpec, ...]:
    """Of columns: one matrix if all have one datatype, else each by its own."""
    if not fields:
        return ()
    kinds = {_datatype_of(field) for field in fields}
    if len(kinds) == 1 or kinds == {"INT64", "FP64"}:
        datatype = kinds.pop() if len(kinds) == 1 else "FP64"
        return (TensorSpec(_MATRIX, datatype, (-1, *row_shape(fields)), tuple(field.name for field in fields)),)
    return tuple(TensorSpec(field.name, _datatype_of(field), (-1, *field.shape), (field.name,)) for field in fields)


def _datatype_of(field: Field) -> str:
    if not field.values:
        return "INT64" if field.integer else "FP64"
    return _of_values(field.values)


def _of_values(values: Iterable[Any]) -> str:
    kinds = {type(value) for value in values}
    return "BYTES" if str in kinds else "INT64" if kinds <= {int} else "FP64"


def _of_trained_model(description: dict[str, Any]) -> tuple[TensorSpec, ...]:
    found = description.get("trained_features") or {}
    if not found:
        return ()
    return (TensorSpec(_MATRIX, "FP64", (-1, found["count"]), tuple(found["names"]) or (_MATRIX,)),)
