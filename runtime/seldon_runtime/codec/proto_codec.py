"""SeldonMessage as protobuf bytes <-> Payload (docs/protocol.md, "Messages" and "Field numbers")."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any, cast

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from seldon_component.codec import proto_message
from seldon_component.errors import BadMetadata, BadPayload
from seldon_component.payload import Feedback, Payload
from seldon_component.proto import classes
from seldon_component.user_class.service_types import FEEDBACK, LIST, MESSAGE, METHODS

from ..messages import Content
from . import proto_array
from .density import check_proto

# `takes` of a method -> the protobuf message of its request, and the function that converts it
_READERS: dict[str, tuple[str, Callable[[Any], Content]]] = {
    MESSAGE: ("SeldonMessage", proto_message.to_payload),
    LIST: ("SeldonMessageList", proto_message.to_payloads),
    FEEDBACK: ("Feedback", proto_message.to_feedback),
}


def to_content(method: str, body: bytes, largest: float = math.inf) -> Content:
    """The content of a request for `method`, from the request's bytes. Raises BadPayload and TooLarge.

    largest: bytes that a request may have, which limit the memory of what is in it, too.
    """
    takes = METHODS[method].takes
    if takes == MESSAGE:
        payload = proto_array.read(body, partial(_read_message, largest=largest), largest)
        if payload is not None:
            return payload
    return _read(takes, body, largest)


def _read_message(body: bytes, largest: float) -> Payload:
    return cast(Payload, _read(MESSAGE, body, largest))


def _read(takes: str, body: bytes, largest: float) -> Content:
    check_proto(body, largest, takes == MESSAGE)
    name, convert = _READERS[takes]
    message = classes.message_class(name)()
    try:
        message.ParseFromString(body)
    except DecodeError as error:
        raise BadPayload(f"the request is no {classes.PACKAGE}.{name}: {error}") from None
    return convert(message)


def encode(payload: Payload) -> bytes:
    """The bytes of a response. Raises ModelError for a value that protobuf cannot carry."""
    body = proto_array.write(payload, _encode_rest)
    return encode_plain(payload) if body is None else body


def _encode_rest(payload: Payload) -> bytes:
    """The bytes of a Payload without data."""
    return encode_plain(payload) if payload.meta or payload.status is not None else _encode_empty()


@cache
def _encode_empty() -> bytes:
    return encode_plain(Payload())


def encode_plain(payload: Payload) -> bytes:
    """The same as `encode`, without the fast path for arrays."""
    message = classes.message_class("SeldonMessage")()
    proto_message.fill(message, payload)
    body: bytes = message.SerializeToString()
    return body


_MESSAGES = {list: "SeldonMessageList", Feedback: "Feedback"}


def encode_content(content: Content) -> bytes:
    """The bytes of what a client asks: a message, a list of them or a feedback. Raises ModelError, as `encode` does."""
    if isinstance(content, Payload):
        return encode(content)
    message = classes.message_class(_MESSAGES[type(content)])()
    proto_message.fill(message, content)
    body: bytes = message.SerializeToString()
    return body


def encode_metadata(metadata: dict[str, Any]) -> bytes:
    """The bytes of a SeldonModelMetadata. metadata: the body of `/metadata`. Raises BadMetadata."""
    return _encode_as("SeldonModelMetadata", metadata)


def encode_graph_metadata(metadata: dict[str, Any]) -> bytes:
    """The bytes of a SeldonGraphMetadata. metadata: the body of a graph's `/metadata`. Raises BadMetadata."""
    ends = {"inputs": metadata["graphinputs"], "outputs": metadata["graphoutputs"]}
    return _encode_as("SeldonGraphMetadata", {**metadata, **ends})


def unit_of_metadata_request(body: bytes) -> str:
    """The name in a SeldonModelMetadataRequest. Raises BadPayload."""
    message = classes.message_class("SeldonModelMetadataRequest")()
    try:
        message.ParseFromString(body)
    except DecodeError as error:
        raise BadPayload(f"the request is no {classes.PACKAGE}.SeldonModelMetadataRequest: {error}") from None
    return str(message.name)


def _encode_as(name: str, metadata: dict[str, Any]) -> bytes:
    message = classes.message_class(name)()
    try:
        json_format.ParseDict(metadata, message, ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise BadMetadata(f"the metadata cannot be sent over gRPC: {error}") from None
    body: bytes = message.SerializeToString()
    return body
