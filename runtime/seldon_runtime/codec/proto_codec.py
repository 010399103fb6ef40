"""SeldonMessage as protobuf bytes <-> Payload (docs/protocol.md, Messages)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from seldon_component.codec import proto_message
from seldon_component.errors import BadMetadata, BadPayload
from seldon_component.payload import Payload
from seldon_component.proto import classes

from ..messages import Content
from . import proto_array

_Reader = tuple[str, Callable[[Any], Content]]

_MESSAGE: _Reader = ("SeldonMessage", proto_message.to_payload)
# method -> the message that it takes and that message's meaning; every other method takes a SeldonMessage
_READERS: dict[str, _Reader] = {
    "aggregate": ("SeldonMessageList", proto_message.to_payloads),
    "send_feedback": ("Feedback", proto_message.to_feedback),
}


def to_question(method: str, body: bytes) -> Content:
    """What `method` is asked, from its request's bytes. Raises BadPayload."""
    if method not in _READERS:
        payload = proto_array.read(body, _read_message)
        if payload is not None:
            return payload
    return _read(*_READERS.get(method, _MESSAGE), body)


def _read_message(body: bytes) -> Payload:
    return cast(Payload, _read(*_MESSAGE, body))


def _read(name: str, read: Callable[[Any], Content], body: bytes) -> Content:
    message = classes.message_class(name)()
    try:
        message.ParseFromString(body)
    except DecodeError as error:
        raise BadPayload(f"the request is no {classes.PACKAGE}.{name}: {error}") from None
    return read(message)


def encode(payload: Payload) -> bytes:
    """The answer's SeldonMessage. Raises ModelError for what protobuf has no way to say."""
    body = proto_array.write(payload, _encode_rest)
    return encode_plain(payload) if body is None else body


def _encode_rest(payload: Payload) -> bytes:
    """Of a Payload without data."""
    return encode_plain(payload) if payload.meta or payload.status is not None else _encoded_nothing()


@cache
def _encoded_nothing() -> bytes:
    return encode_plain(Payload())


def encode_plain(payload: Payload) -> bytes:
    """The same, by protobuf alone."""
    message = classes.message_class("SeldonMessage")()
    proto_message.fill(message, payload)
    body: bytes = message.SerializeToString()
    return body


def encode_metadata(metadata: dict[str, Any]) -> bytes:
    """A SeldonModelMetadata of the dict that `/metadata` answers with. Raises BadMetadata."""
    message = classes.message_class("SeldonModelMetadata")()
    try:
        json_format.ParseDict(metadata, message, ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise BadMetadata(f"the metadata cannot be sent over gRPC: {error}") from None
    body: bytes = message.SerializeToString()
    return body
