"""REST and gRPC as a client uses them: both send a request and return the response as a Payload."""

from __future__ import annotations

import base64
import http.client
import json
import logging
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

import grpc
from seldon_component.codec import message, proto_message
from seldon_component.errors import CallError
from seldon_component.payload import Feedback, Payload
from seldon_component.proto import classes

from ..codec import json_codec
from ..grpc.services import RPCS, full_name
from ..messages import Content

log = logging.getLogger(__name__)
_TIMEOUT = 60.0  # seconds for one response
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_MESSAGES = {Payload: "SeldonMessage", Feedback: "Feedback", list: "SeldonMessageList"}
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class NoResponse(Exception):
    """The server cannot be reached, refuses the request, or returns something else than a message."""


class Wire(Protocol):
    """A server's API."""

    def send(self, method: str, request: Content) -> Payload:
        """The response of `predict`, `transform_input`, `send_feedback` and so on. Raises NoResponse."""


@dataclass(frozen=True)
class RestWire:
    """JSON over HTTP, for servers of both generations.

    urls: method -> its URL.
    form: True sends a message as the form field `json`, the one spelling that the components of 2018 take.
    False sends it as a JSON body, which gateways want.
    """

    urls: Mapping[str, str]
    form: bool
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, method: str, request: Content) -> Payload:
        body, content_type = json_codec.encode_content(request), _JSON
        if self.form:
            body, content_type = urllib.parse.urlencode({"json": body}).encode(), _FORM
        response = post(self.urls[method], body, {"Content-Type": content_type, **self.headers})
        try:
            return cast(Payload, message.to_payload(json_codec.parse(response)))
        except CallError as error:
            raise NoResponse(f"{self.urls[method]}: expected a message, found another response: {error}") from None


class GrpcWire:
    """services: method -> the short name of its service. metadata: goes with every call."""

    def __init__(self, address: str, services: Mapping[str, str], metadata: Mapping[str, str] | None = None) -> None:
        self._address = address
        self._services = services
        self._metadata = tuple((metadata or {}).items())
        self._channel = grpc.insecure_channel(address, options=_UNLIMITED)

    def send(self, method: str, request: Content) -> Payload:
        path = f"/{full_name(self._services[method])}/{RPCS[method]}"
        log.debug("%s%s", self._address, path)
        body = classes.message_class(_MESSAGES[type(request)])()
        try:
            proto_message.fill(body, request)
            response: bytes = self._channel.unary_unary(path)(body.SerializeToString(), _TIMEOUT, self._metadata)
            return cast(Payload, proto_message.to_payload(classes.message_class("SeldonMessage").FromString(response)))
        except grpc.RpcError as error:
            raise NoResponse(f"{self._address}{path} answered {error.code().name}: {error.details()}") from None
        except CallError as error:
            raise NoResponse(f"{self._address}{path}: {error}") from None


def request_token(url: str, key: str, secret: str) -> str:
    """A token of the OAuth server at `url`. Raises NoResponse."""
    credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": _FORM}
    response = post(url, b"grant_type=client_credentials", headers)
    try:
        return str(json.loads(response)["access_token"])
    except (ValueError, KeyError, TypeError):
        raise NoResponse(f"{url}: expected an object with access_token, found another response") from None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body of the response. Raises NoResponse if there is none, or if it is an error."""
    log.debug("POST %s", url)
    request = urllib.request.Request(url, body, dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        raise NoResponse(f"{url} answered {error.code}: {_reason(error.read())}") from None
    except (OSError, http.client.HTTPException) as error:
        raise NoResponse(f"{url}: {getattr(error, 'reason', error)}") from None


def _reason(body: bytes) -> str:
    """An error's `info`, or the start of its text."""
    try:
        return str(json.loads(body)["status"]["info"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")[:200]
