"""What a unit on another server says of itself, over its own wire: its metadata and its health."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import grpc
from google.protobuf import json_format
from seldon_component.codec import message
from seldon_component.errors import CallError, NotImplementedByModel, Unavailable
from seldon_component.payload import JSONDATA, STRDATA, Payload
from seldon_component.proto import classes

from ...codec import json_codec
from ...errors import TimedOut
from ...messages import Request
from ...model.interface import OnAnswer
from ...system.timer import Timer
from .http_connection import ConnectionFailed, Response
from .http_connections import Address, HttpConnections

PATHS = {"metadata": "/metadata", "health_status": "/health/status"}  # method -> the path that answers it
_SECONDS = 10.0  # that a response may take
_ABSENT = (404, 405, 501)


def ask_http(
    address: Address, connections: HttpConnections, timer: Timer, request: Request, on_answer: OnAnswer
) -> None:
    """request: of one of PATHS."""

    def answer(response: Response | None, failure: ConnectionFailed | None) -> None:
        timer.cancel(timed)
        _answer_http(request.method, on_answer, response, failure)

    head = f"GET {address.prefix}{PATHS[request.method]} HTTP/1.1\r\nHost: {address.authority}\r\n"
    timed = timer.at(time.monotonic() + _SECONDS, request.cancel)
    exchange = connections.send(address, f"{head}Accept: application/json\r\n\r\n".encode(), b"", answer)
    request.on_cancel = exchange.cancel


def _answer_http(method: str, on_answer: OnAnswer, response: Response | None, failure: ConnectionFailed | None) -> None:
    if response is None:
        return on_answer(None, Unavailable(str(failure)))
    text = response.body.decode("utf-8", "replace")
    if response.status in _ABSENT and method == "metadata":
        return on_answer(None, NotImplementedByModel(f"there is no {PATHS[method]}"))
    if response.status != 200:
        return on_answer(None, CallError(f"{PATHS[method]} answered {response.status}: {text[:200]}", 503))
    try:
        decoded = json_codec.parse_plain(response.body)
    except CallError:
        decoded = text
    on_answer(_payload(method, decoded), None)


def _payload(method: str, decoded: Any) -> Payload:
    """A health is a message, unless the server has a form of its own for it."""
    if method == "metadata":
        return Payload(JSONDATA, decoded)
    try:
        found: Payload = message.to_payload(decoded)
    except CallError:
        return Payload(STRDATA, decoded) if isinstance(decoded, str) else Payload(JSONDATA, decoded)
    return found


def ask_grpc(channel: grpc.Channel, request: Request, on_answer: OnAnswer) -> None:
    """request: of one of PATHS. Of its health a server says no more than that it can be reached."""
    if request.method != "metadata":
        return on_answer(Payload(STRDATA, "healthy"), None)
    call: Any = channel.unary_unary(f"/{classes.PACKAGE}.Model/Metadata")
    future = call.future(b"", timeout=_SECONDS)
    request.on_cancel = future.cancel
    future.add_done_callback(partial(_answer_grpc, on_answer))


def _answer_grpc(on_answer: OnAnswer, future: Any) -> None:
    try:
        metadata = classes.message_class("SeldonModelMetadata")()
        metadata.ParseFromString(future.result())
        found = json_format.MessageToDict(metadata, preserving_proto_field_name=True)
    except grpc.RpcError as error:
        on_answer(None, _error_of(error))
    except Exception as error:
        on_answer(None, CallError(f"the metadata cannot be read: {type(error).__name__}: {error}"))
    else:
        on_answer(Payload(JSONDATA, _with_integers(found)), None)


def _error_of(error: Any) -> CallError:
    if error.code() is grpc.StatusCode.UNIMPLEMENTED:
        return NotImplementedByModel("there is no Model/Metadata")
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return TimedOut(f"no metadata within {_SECONDS:g} s")
    return Unavailable(error.details() or error.code().name)


def _with_integers(value: Any, key: str = "") -> Any:
    """The same with integers in each shape. Protobuf's JSON has text there, or floats."""
    if isinstance(value, dict):
        return {name: _with_integers(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [int(item) if key == "shape" else _with_integers(item) for item in value]
    return value
