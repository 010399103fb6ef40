"""The OpenAPI document of a graph: that of a component with its first unit's inputs, and what else a graph has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..config.settings import Settings
from ..rest import openapi
from ..rest.schemas import TEXT, array_of, identifier, map_of, object_of, reference

_ENDS = array_of({"type": "object"})
_GRAPH_METADATA = object_of(
    ("name", "models", "graphinputs", "graphoutputs"),
    name=TEXT,
    models=map_of(reference("Metadata")),
    graphinputs=_ENDS,
    graphoutputs=_ENDS,
)
_STATUS = object_of(("status", "units"), status={"const": "ok"}, units=map_of(TEXT))
_UNIT_METADATA, _UNIT_STATUS = "/api/v1.0/metadata/{unit}", "/api/v1.0/status/{unit}"
# path -> (summary, media type, schema, statuses of errors)
_PATHS: dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]] = {
    "/metadata": ("What each unit says of itself", "application/json", _GRAPH_METADATA, ("500", "503")),
    "/api/v1.0/metadata": ("What each unit says of itself", "application/json", _GRAPH_METADATA, ("500", "503")),
    _UNIT_METADATA: ("What one unit says of itself", "application/json", reference("Metadata"), ("500", "503")),
    "/health/status": ("The health of all units", "application/json", _STATUS, ("503",)),
    "/api/v1.0/health/status": ("The health of all units", "application/json", _STATUS, ("503",)),
    "/api/v1.0/status": ("Whether all units can be called", "application/json", _STATUS, ("503",)),
    _UNIT_STATUS: ("The health of one unit", "application/json", reference("SeldonMessage"), ("503",)),
    "/graph": ("A page with the graph as a picture, live", "text/html", TEXT, ()),
    "/graph.svg": ("The picture alone", "image/svg+xml", TEXT, ()),
}


def document(description: dict[str, Any], settings: Settings, name: str, units: Iterable[str]) -> dict[str, Any]:
    """description: of the graph's Model. name: of the graph, or "". units: their names."""
    found = openapi.document(description, settings)
    title, names = name or "Graph", list(units)
    words = f"An inference graph, served over Seldon Core's protocol.\n\nUnits: {', '.join(names)}."
    found["info"] |= {"title": title, "description": words}
    found["paths"] |= {path: _path(path, names) for path in _PATHS}
    return found


def _path(path: str, units: list[str]) -> dict[str, Any]:
    summary, media_type, schema, statuses = _PATHS[path]
    responses: dict[str, Any] = {"200": {"description": "The response.", "content": {media_type: {"schema": schema}}}}
    names = {"500": "Failed", "503": "Unavailable"}
    responses |= {status: {"$ref": f"#/components/responses/{names[status]}"} for status in statuses}
    operation = {"operationId": identifier("get", path), "summary": summary, "responses": responses}
    if "{unit}" not in path:
        return {"get": operation}
    error = {"application/json": {"schema": reference("Error")}}
    responses["404"] = {"description": "There is no such unit; `info` names those that are.", "content": error}
    parameter = {"name": "unit", "in": "path", "required": True, "schema": {**TEXT, "enum": units}}
    return {"get": {**operation, "parameters": [parameter]}}
