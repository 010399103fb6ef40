"""The OpenAPI 3.1 document of the paths below /v2, derived from their table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..system.own_package import server_version
from ..v2.datatypes import DATATYPES, RAW_ONLY
from .examples import inference_example
from .schemas import TEXT, array_of, map_of, object_of, reference
from .v2_routes import OF_MODEL, OF_REPOSITORY, PATHS, Route

_JSON = "application/json"
_PARAMETERS = map_of({"type": ["string", "number", "boolean"]})
_SHAPE = array_of({"type": "integer", "minimum": 0})
_METADATA_TENSOR = object_of(
    ("name", "datatype", "shape"), name=TEXT, datatype=TEXT, shape=array_of({"type": "integer", "minimum": -1})
)
_TENSOR: dict[str, Any] = {
    "name": {**TEXT, "minLength": 1},
    "datatype": {"enum": [name for name in DATATYPES if name not in RAW_ONLY]},
    "shape": _SHAPE,
    "data": array_of({}, description="Flat in row-major order, or nested as the shape is."),
    "parameters": _PARAMETERS,
}
_OUTPUT = object_of(("name",), name={**TEXT, "minLength": 1}, parameters=_PARAMETERS)
SCHEMAS: dict[str, Any] = {
    "InferRequest": object_of(
        ("inputs",),
        id=TEXT,
        parameters=_PARAMETERS,
        inputs=array_of(object_of(("name", "datatype", "shape", "data"), **_TENSOR), minItems=1),
        outputs=array_of(_OUTPUT),
    ),
    "InferResponse": object_of(
        ("model_name", "id", "outputs"),
        model_name=TEXT,
        model_version=TEXT,
        id=TEXT,
        parameters=_PARAMETERS,
        outputs=array_of(object_of(("name", "datatype", "shape", "data"), **_TENSOR)),
    ),
    "ModelMetadata": object_of(
        ("name", "versions", "platform", "inputs", "outputs"),
        name=TEXT,
        versions=array_of(TEXT),
        platform=TEXT,
        inputs=array_of(_METADATA_TENSOR),
        outputs=array_of(_METADATA_TENSOR),
    ),
    "Error": object_of(("error",), error=TEXT),
}
# name of a route -> the schema of its response, where it is more than an object
_RESPONSES: dict[str, dict[str, Any]] = {
    "infer": reference("InferResponse"),
    "model": reference("ModelMetadata"),
    "index": array_of(object_of(("name", "state"), name=TEXT, version=TEXT, state=TEXT, reason=TEXT)),
}


def document(
    names: tuple[str, ...], inputs: Sequence[dict[str, Any]] = (), width: int = 0, can_infer: bool = True
) -> dict[str, Any]:
    """The document. names: of the model. inputs, width: see `inference_example`.

    can_infer: whether the service type has inferences. An inference has no response 200 if not.
    """
    paths = {path: _path(route) for path, route in PATHS.items()}
    for name in names:
        paths |= {f"/v2/models/{name}{end}": _path(route) for end, route in OF_MODEL.items()}
        paths |= {f"/v2/repository/models/{name}{end}": _path(route) for end, route in OF_REPOSITORY.items()}
        _describe_infer(paths[f"/v2/models/{name}/infer"]["post"], inference_example(inputs, width), can_infer)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Open Inference Protocol (V2)", "version": server_version()},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _describe_infer(operation: dict[str, Any], example: dict[str, Any], can_infer: bool) -> None:
    content = {_JSON: {"schema": reference("InferRequest"), "example": example}}
    operation["requestBody"] = {"required": True, "content": content}
    if not can_infer:
        del operation["responses"]["200"]


def _path(route: Route) -> dict[str, Any]:
    error = {"description": "The request failed.", "content": {_JSON: {"schema": reference("Error")}}}
    schema = _RESPONSES.get(route.name, {"type": "object"})
    operation: dict[str, Any] = {
        "summary": route.summary,
        "responses": {
            "200": {"description": "The response.", "content": {_JSON: {"schema": schema}}},
            "default": error,
        },
    }
    return {route.verbs[0].lower(): operation}
