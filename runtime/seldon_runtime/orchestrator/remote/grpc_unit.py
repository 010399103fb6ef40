"""A unit behind a gRPC address, asked as Seldon's executor asks it."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Any

import grpc
from seldon_component.errors import BadPayload, CallError, Unavailable
from seldon_component.payload import Payload
from seldon_component.proto.classes import PACKAGE

from ...codec import proto_codec
from ...errors import UnitFailed
from ...messages import Request
from ...model.interface import OnAnswer, OnChange, ignore_change
from ...model.request_queue import cancelled
from . import own_facts
from .headers import metadata
from .seldon_form import in_seldon_form
from .unit import RemoteUnit

_RPCS = {
    "predict": "Model/Predict",
    "transform_input": "Transformer/TransformInput",
    "transform_output": "OutputTransformer/TransformOutput",
    "route": "Router/Route",
    "aggregate": "Combiner/Aggregate",
    "send_feedback": "Model/SendFeedback",  # of routers, too
}
# status code -> (reason, HTTP status); the reasons are those that a server of ours has for these codes
_MEANINGS = {
    grpc.StatusCode.INVALID_ARGUMENT: ("MICROSERVICE_BAD_DATA", 400),
    grpc.StatusCode.UNAUTHENTICATED: (None, 401),
    grpc.StatusCode.PERMISSION_DENIED: (None, 403),
    grpc.StatusCode.NOT_FOUND: (None, 404),
    grpc.StatusCode.ABORTED: (None, 409),
    grpc.StatusCode.FAILED_PRECONDITION: (None, 412),
    grpc.StatusCode.RESOURCE_EXHAUSTED: ("MICROSERVICE_OVERLOADED", 503),
    grpc.StatusCode.UNIMPLEMENTED: ("MICROSERVICE_NOT_IMPLEMENTED", 501),
    grpc.StatusCode.UNAVAILABLE: ("MICROSERVICE_UNAVAILABLE", 503),
    grpc.StatusCode.DEADLINE_EXCEEDED: ("MICROSERVICE_TIMEOUT", 504),
    grpc.StatusCode.CANCELLED: ("MICROSERVICE_CANCELLED", 499),
}
_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # grpcio would wait for up to two minutes before it looks whether a server is back
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1000),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


class GrpcUnit(RemoteUnit):
    """See `Model`. A request that is cancelled ends its call."""

    def __init__(self, target: str, on_change: OnChange = ignore_change) -> None:
        """target: host and port."""
        super().__init__(on_change)
        self._was_connected = False  # and nothing has been done about the end of the connection
        self._channel = grpc.insecure_channel(target, _OPTIONS)
        self._calls: dict[str, Any] = {
            method: self._channel.unary_unary(f"/{PACKAGE}.{rpc}") for method, rpc in _RPCS.items()
        }

    def start(self) -> None:
        self._channel.subscribe(self._changed, try_to_connect=True)

    def stop(self, seconds: float = math.inf) -> None:
        self._channel.close()

    def _changed(self, state: grpc.ChannelConnectivity) -> None:
        """A connection that has ended is made again. While the channel tries to, the unit is ready or not as before."""
        if state in (grpc.ChannelConnectivity.READY, grpc.ChannelConnectivity.TRANSIENT_FAILURE):
            self._was_connected = state is grpc.ChannelConnectivity.READY
            self.set_ready(self._was_connected)
        elif state is grpc.ChannelConnectivity.IDLE and self._was_connected:
            self._was_connected = False
            self._channel.unsubscribe(self._changed)
            self._channel.subscribe(self._changed, try_to_connect=True)

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        if request.method in own_facts.PATHS:
            return own_facts.ask_grpc(self._channel, request, on_answer)
        try:
            body = proto_codec.encode_content(in_seldon_form(request.content))
        except BadPayload as error:
            return on_answer(None, error)
        except Exception as error:
            return on_answer(None, CallError(f"the message has no form in protobuf: {error}"))
        seconds = None if request.deadline is None else max(request.deadline - time.monotonic(), 0.0)
        try:
            call = self._calls[request.method].future(body, timeout=seconds, metadata=metadata(request))
        except ValueError as error:  # the channel is closed
            return on_answer(None, Unavailable(str(error)))
        request.on_cancel = call.cancel
        call.add_done_callback(partial(_answer, on_answer))
        if request.cancelled:
            call.cancel()


def _answer(on_answer: OnAnswer, call: Any) -> None:
    """In a thread of the channel's."""
    try:
        payload = proto_codec.to_content("predict", call.result())
    except grpc.RpcError as error:
        on_answer(None, _error_of(error))
    except grpc.FutureCancelledError:
        on_answer(None, cancelled())
    except Exception as error:
        on_answer(None, CallError(f"the response cannot be read: {type(error).__name__}: {error}"))
    else:
        assert isinstance(payload, Payload)
        on_answer(payload, None)


def _error_of(error: Any) -> UnitFailed:
    """The error of a unit, with its own status. Over REST that is the status with the same meaning."""
    code, details = error.code(), error.details() or error.code().name
    reason, status = _MEANINGS.get(code, (None, None))
    failed = UnitFailed(details, status, reason)
    failed.code = code.name
    return failed
