"""SeldonMessages of a client that knows only the published field numbers, as proto_codec reads and writes them."""

from typing import Any

from seldon_component.codec import proto_message
from seldon_component.payload import Payload
from seldon_component.proto import classes
from seldon_runtime.codec import proto_codec
from support.generated import pb2


def read(**fields: Any) -> Payload:
    """The payload of a SeldonMessage with these fields."""
    return read_message(pb2.SeldonMessage(**fields))


def read_message(sent: Any) -> Payload:
    return read_body(sent.SerializeToString())


def read_body(body: bytes) -> Payload:
    """The payload of a call of predict."""
    payload = proto_codec.to_content("predict", body)
    assert isinstance(payload, Payload)
    return payload


def response(*payload: Any, **more: Any) -> Any:
    """The SeldonMessage that a client reads, of a payload with these arguments."""
    return pb2.SeldonMessage.FromString(proto_codec.encode(Payload(*payload, **more)))


def encoded(payload: Payload) -> bytes:
    """The bytes of a message, as the general codec writes them."""
    message = classes.message_class("SeldonMessage")()
    proto_message.fill(message, payload)
    return bytes(message.SerializeToString(deterministic=True))
