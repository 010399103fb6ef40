"""The paths of KServe's V1 for the OpenAPI document of this service."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ..config.settings import Settings
from ..v2.inference import is_possible, model_names
from .examples import one_row
from .schemas import TEXT, array_of, identifier, object_of, reference

_JSON = "application/json"
_INSTANCES = array_of({}, minItems=1, description="Rows, as an `ndarray` is, or objects with the same keys.")
SCHEMAS: dict[str, Any] = {
    "V1Request": {
        **object_of(instances=_INSTANCES, inputs=_INSTANCES),
        "anyOf": [{"required": ["instances"]}, {"required": ["inputs"]}],
    },
    "V1Response": object_of(("predictions",), predictions={}),
    "V1Models": object_of(("models",), models=array_of(TEXT)),
    "V1Model": object_of(("name", "ready"), name=TEXT, ready={"type": "boolean"}),
    "V1Error": object_of(("error",), error=TEXT),
}


def paths(description: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Path -> its operations. description: Component.describe's; {} while the component is being loaded."""
    found = {"/v1/models": _operations("get", "/v1/models", "The names of the model", "V1Models")}
    for name in model_names(settings):
        path = f"/v1/models/{quote(name)}"
        found[path] = _operations("get", path, "Whether the model can be called", "V1Model")
        found[f"{path}:explain"] = _operations("post", f"{path}:explain", "There is no explainer")
        schema = "V1Response" if is_possible(settings.served_type(description)) else None
        prediction = _operations("post", f"{path}:predict", "Ask the model for predictions", schema)
        prediction["post"]["requestBody"] = _request(description)
        found[f"{path}:predict"] = prediction
    return found


def _request(description: dict[str, Any]) -> dict[str, Any]:
    example = {"instances": one_row(description.get("feature_names", []))["data"]["ndarray"]}
    return {"required": True, "content": {_JSON: {"schema": reference("V1Request"), "example": example}}}


def _operations(verb: str, path: str, summary: str, schema: str | None = None) -> dict[str, Any]:
    """The one operation of a path. schema: the name of that of the response 200; None: there is no such response."""
    error = {"description": "The request failed.", "content": {_JSON: {"schema": reference("V1Error")}}}
    responses: dict[str, Any] = {"default": error}
    if schema:
        responses["200"] = {"description": "The response.", "content": {_JSON: {"schema": reference(schema)}}}
    return {verb: {"operationId": identifier(verb, path), "summary": summary, "responses": responses}}
