"""The messages of docs/protocol.md as JSON Schemas of an OpenAPI 3.1 document."""

from __future__ import annotations

import re
from typing import Any


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def array_of(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, **more}


def map_of(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value}


def object_of(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def identifier(verb: str, path: str) -> str:
    """The `operationId` of an operation."""
    return re.sub(r"\W+", "_", f"{verb} {path}").strip("_")


def one_key_of(*keys: str) -> list[dict[str, Any]]:
    """Alternatives: exactly one of these keys is there."""
    return [{"required": [key]} for key in keys]


TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
INTEGER: dict[str, Any] = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
BASE64: dict[str, Any] = {
    "type": "string",
    "contentEncoding": "base64",
    "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
}
NUMBERS = array_of({"type": ["number", "null"], "description": "null is NaN"})
_MESSAGE, _WITH_DATA = reference("SeldonMessage"), reference("SeldonMessageWithData")
DATA_KEYS = ("data", "binData", "strData", "jsonData")

SCHEMAS: dict[str, Any] = {
    "SeldonMessage": {
        **object_of(
            data=reference("DefaultData"),
            binData=BASE64,
            strData=TEXT,
            jsonData={},
            meta=reference("Meta"),
            status=reference("Status"),
        ),
        "description": "At most one of data, binData, strData and jsonData.",
        "oneOf": [*one_key_of(*DATA_KEYS), {"not": {"anyOf": one_key_of(*DATA_KEYS)}}],
    },
    "SeldonMessageWithData": {
        **_MESSAGE,
        "description": "A SeldonMessage with data: one of data, binData, strData and jsonData.",
        "anyOf": one_key_of(*DATA_KEYS),
    },
    "DefaultData": {
        **object_of(
            names=array_of(TEXT, description="One a column."),
            tensor=reference("Tensor"),
            ndarray=array_of({}, description="Nested lists, rows of one length; text, numbers, bools, nulls."),
            tftensor=reference("TensorProto"),
        ),
        "oneOf": one_key_of("tensor", "ndarray", "tftensor"),
    },
    "Tensor": {
        **object_of(("shape", "values"), shape=array_of({**INTEGER, "minimum": 0}), values=NUMBERS),
        "description": "As many values as the sizes in shape make together.",
    },
    "TensorProto": {
        "type": "object",
        "description": "tensorflow.TensorProto as protobuf's JSON, a numeric dtype.",
        "properties": {
            "dtype": {"type": ["string", "integer"]},
            "tensorShape": {"type": "object"},
            "tensorContent": BASE64,
        },
    },
    "Meta": object_of(
        puid=TEXT,
        tags={"type": "object"},
        routing=map_of(INTEGER),
        requestPath=map_of(TEXT),
        metrics=array_of(reference("Metric")),
    ),
    "Metric": object_of(
        ("key", "value"),
        key={**TEXT, "minLength": 1},
        value=NUMBER,
        tags=map_of(TEXT),
        type={"enum": ["COUNTER", "GAUGE", "TIMER"], "description": "TIMER is in milliseconds."},
    ),
    "Status": object_of(
        code=INTEGER,
        info=TEXT,
        reason=TEXT,
        status={"enum": ["SUCCESS", "FAILURE", 0, 1], "description": "1 is FAILURE."},
    ),
    "Feedback": object_of(request=_MESSAGE, response=_MESSAGE, reward=NUMBER, truth=_MESSAGE),
    "SeldonMessageList": object_of(("seldonMessages",), seldonMessages=array_of(_WITH_DATA, minItems=1)),
    "Metadata": object_of(
        ("name", "versions", "platform", "inputs", "outputs", "custom"),
        name=TEXT,
        versions=array_of(TEXT),
        platform=TEXT,
        inputs=array_of({"type": "object"}),
        outputs=array_of({"type": "object"}),
        custom=map_of(TEXT),
    ),
    "Error": object_of(("status",), status=reference("Status")),
}

# method -> the schema of its message; every other method takes a SeldonMessageWithData
BODIES: dict[str, dict[str, Any]] = {
    "send_feedback": reference("Feedback"),
    "aggregate": {"anyOf": [reference("SeldonMessageList"), array_of(_WITH_DATA, minItems=1)]},
}


def body_of(method: str) -> dict[str, Any]:
    """The schema of the message that `method` takes."""
    return BODIES.get(method, _WITH_DATA)
