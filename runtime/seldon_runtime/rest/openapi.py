"""The OpenAPI 3.1 document of this very service, derived from the table of routes."""

from __future__ import annotations

from typing import Any

from seldon_component.user_class.service_types import NEVER_ABSENT

from ..codec import json_codec
from ..config.settings import Settings
from ..system.own_package import server_version
from . import v1_openapi
from .examples import example, one_row
from .routes import PATHS, POST_ONLY, SAVE_PATH
from .schemas import BASE64, DATA_KEYS, SCHEMAS, TEXT, body_of, identifier, object_of, one_key_of, reference

_JSON, _TEXT_PLAIN = "application/json", "text/plain"

# method -> what it is for
_SUMMARIES = {
    "predict": "Ask the model for a prediction",
    "send_feedback": "Tell the component how good an earlier response was",
    "transform_input": "Transform a request on its way to the model; for an outlier detector: score it",
    "transform_output": "Transform a response on its way back",
    "route": "Choose the branch that a request takes",
    "aggregate": "Combine the responses of several models into one",
}
# status -> (name below components.responses, when)
_ERRORS = {
    "400": ("BadData", "The message cannot be understood; `info` names the field and what was found."),
    "413": ("TooLarge", "The body is larger than MAX_BODY_BYTES."),
    "500": ("Failed", "The component raised, or returned what no message can carry."),
    "501": ("NotImplemented", "The component has no such method."),
    "503": ("Unavailable", "The component is loading, restarting or shutting down."),
}
# the server's own paths: (summary, media type, schema, statuses of errors)
SERVER_PATHS: dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]] = {
    "/": ("A page to look at the model and to try it", "text/html", TEXT, ()),
    "/seldon.json": ("This document", _JSON, {"type": "object"}, ()),
    "/metadata": (
        "The component's `init_metadata`, and what is known without it",
        _JSON,
        reference("Metadata"),
        ("500", "503"),
    ),
    "/health/status": (
        "What the component's `health_status` returns",
        _JSON,
        reference("SeldonMessage"),
        ("503",),
    ),
    "/health/ping": ("Answers while the server lives", _TEXT_PLAIN, {"const": "pong"}, ()),
    "/live": ("Answers while the server lives", _TEXT_PLAIN, {"const": "live"}, ()),
    "/ready": ("Whether the component can be called", _TEXT_PLAIN, {"const": "ready"}, ("503",)),
    "/metrics": ("Metrics for Prometheus", _TEXT_PLAIN, TEXT, ()),
    "/prometheus": ("The same as /metrics", _TEXT_PLAIN, TEXT, ()),
}
# a path -> what it answers to clients that are no browsers
_TO_OTHERS: dict[str, dict[str, Any]] = {"/": {_JSON: {"schema": object_of(("status",), status={"const": "alive"})}}}
# under these paths Seldon Core's executor asks for them
SERVER_PATHS["/api/v1.0/metadata"] = SERVER_PATHS["/metadata"]
SERVER_PATHS["/api/v1.0/health/ping"] = SERVER_PATHS["/health/ping"]
SERVER_PATHS["/api/v1.0/health/status"] = SERVER_PATHS["/health/status"]
# the keys of a SeldonMessage, each as a part of a multipart form of its own
_PARTS: dict[str, Any] = {
    "data": reference("DefaultData"),
    "meta": reference("Meta"),
    "jsonData": {},
    "strData": TEXT,
    "binData": {**BASE64, "description": "Base64 text, or a file as it is."},
}


def document(description: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The document. description: Component.describe's; {} while the component is being loaded."""
    served = PATHS if "seldon" in settings.serving.protocols else {}
    has_v1 = "v1" in settings.serving.protocols
    return {
        "openapi": "3.1.0",
        "info": _info(description, settings),
        "tags": [{"name": method, "description": _SUMMARIES[method]} for method in served],
        "paths": {
            **{path: _model_path(method, path, description) for method, paths in served.items() for path in paths},
            **{path: _server_path(path) for path in SERVER_PATHS},
            **({SAVE_PATH: _save_path()} if settings.persistence.enabled else {}),
            **(v1_openapi.paths(description, settings) if has_v1 else {}),
        },
        "components": {
            "schemas": {**SCHEMAS, **(v1_openapi.SCHEMAS if has_v1 else {})},
            "responses": {name: _error(when) for name, when in _ERRORS.values()},
        },
    }


def _info(description: dict[str, Any], settings: Settings) -> dict[str, Any]:
    name = description.get("name") or settings.component_name
    service_type = settings.served_type(description)
    service = {
        "service_type": service_type,
        "protocols": list(settings.serving.protocols),
        **{key: description.get(key, []) for key in ("methods", "class_names", "feature_names")},
    }
    words = [f"{name}, a component of type {service_type}, served over Seldon Core's protocol."]
    words += [
        f"{label}: {', '.join(service[key])}."
        for label, key in (("Class names", "class_names"), ("Feature names", "feature_names"))
        if service[key]
    ]
    words += ["A gateway's prefix /seldon/<name> or /seldon/<namespace>/<name> before /api/ is accepted."]
    return {"title": name, "version": server_version(), "description": "\n\n".join(words), "x-seldon": service}


def _model_path(method: str, path: str, description: dict[str, Any]) -> dict[str, Any]:
    sample = example(method, description)
    responses = _responses(method, description)
    post = {
        "requestBody": {"required": True, "content": _request_content(method, sample)},
        "responses": responses,
    }
    by_get = {
        "parameters": [_query_argument(method, sample)],
        "responses": {**responses, "414": {"description": "The query is too long for the server: send a body."}},
    }
    common = {"tags": [method], "summary": _SUMMARIES[method]}
    operations: dict[str, dict[str, Any]] = {"post": post} if method in POST_ONLY else {"post": post, "get": by_get}
    return {
        verb: {**common, "operationId": identifier(verb, path), **operation} for verb, operation in operations.items()
    }


def _query_argument(method: str, sample: dict[str, Any]) -> dict[str, Any]:
    content = {_JSON: {"schema": body_of(method), "example": sample}}
    return {"name": "json", "in": "query", "required": True, "description": "The message.", "content": content}


def _request_content(method: str, sample: dict[str, Any]) -> dict[str, Any]:
    """The spellings of one message: a JSON body, a form with the field `json`, a part for each key of the message."""
    schema = body_of(method)
    return {
        _JSON: {"schema": schema, "example": sample},
        "application/x-www-form-urlencoded": {
            "schema": object_of(("json",), json={**TEXT, "contentMediaType": _JSON, "contentSchema": schema}),
            "example": {"json": json_codec.dump(sample).decode()},
        },
        "multipart/form-data": {
            "schema": object_of(json=schema, **_PARTS) | {"oneOf": one_key_of("json", *DATA_KEYS)},
            "encoding": {name: {"contentType": _JSON} for name in ("json", "data", "meta", "jsonData")},
            "example": {"json": sample},
        },
    }


def _responses(method: str, description: dict[str, Any]) -> dict[str, Any]:
    """200 for a method that the component has, 501 for one that it lacks, both before anybody knows."""
    methods = description.get("methods")
    if methods is not None:
        methods = [*methods, NEVER_ABSENT]
    statuses = ["400", "413", *(["500"] if methods is None or method in methods else []), "503"]
    if methods is None or method not in methods:
        statuses.append("501")
    responses = {status: {"$ref": f"#/components/responses/{_ERRORS[status][0]}"} for status in sorted(statuses)}
    if methods is not None and method not in methods:
        return responses
    response: dict[str, Any] = {"schema": reference("SeldonMessage")}
    if method == "predict" and description.get("class_names"):
        response["example"] = {**one_row(description["class_names"]), "meta": {}}
    return {"200": {"description": "The response.", "content": {_JSON: response}}, **responses}


def _server_path(path: str) -> dict[str, Any]:
    summary, media_type, schema, statuses = SERVER_PATHS[path]
    errors = {status: {"$ref": f"#/components/responses/{_ERRORS[status][0]}"} for status in statuses}
    content = {media_type: {"schema": schema}, **_TO_OTHERS.get(path, {})}
    response = {"description": "The response.", "content": content}
    responses = {"200": response, **errors}
    return {"get": {"operationId": identifier("get", path), "summary": summary, "responses": responses}}


def _save_path() -> dict[str, Any]:
    generation = object_of(("generation",), generation={"type": "integer", "minimum": 1})
    response = {"description": "The store has it.", "content": {_JSON: {"schema": generation}}}
    refusal = {"503": {"$ref": f"#/components/responses/{_ERRORS['503'][0]}"}}
    summary = "Save the component's state now"
    operation = {
        "operationId": identifier("post", SAVE_PATH),
        "summary": summary,
        "responses": {"200": response, **refusal},
    }
    return {"post": operation}


def _error(when: str) -> dict[str, Any]:
    return {"description": when, "content": {_JSON: {"schema": reference("Error")}}}
