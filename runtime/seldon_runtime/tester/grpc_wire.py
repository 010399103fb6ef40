"""The protobuf wire."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import cast

import grpc
from seldon_component.codec import proto_message
from seldon_component.errors import CallError
from seldon_component.payload import Feedback, Payload
from seldon_component.proto import classes

from ..grpc.services import RPCS, full_name
from ..messages import Content
from .wire import TIMEOUT, NoAnswer

log = logging.getLogger(__name__)
_MESSAGES = {Payload: "SeldonMessage", Feedback: "Feedback", list: "SeldonMessageList"}
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class GrpcWire:
    """services: of each method, by their short names. metadata: goes with every call."""

    def __init__(self, address: str, services: Mapping[str, str], metadata: Mapping[str, str] | None = None) -> None:
        self._address = address
        self._services = services
        self._metadata = tuple((metadata or {}).items())
        self._channel = grpc.insecure_channel(address, options=_UNLIMITED)

    def ask(self, method: str, question: Content) -> Payload:
        path = f"/{full_name(self._services[method])}/{RPCS[method]}"
        log.debug("%s%s", self._address, path)
        request = classes.message_class(_MESSAGES[type(question)])()
        try:
            proto_message.fill(request, question)
            body: bytes = self._channel.unary_unary(path)(request.SerializeToString(), TIMEOUT, self._metadata)
            return cast(Payload, proto_message.to_payload(classes.message_class("SeldonMessage").FromString(body)))
        except grpc.RpcError as error:
            raise NoAnswer(f"{self._address}{path} answered {error.code().name}: {error.details()}") from None
        except CallError as error:
            raise NoAnswer(f"{self._address}{path}: {error}") from None
