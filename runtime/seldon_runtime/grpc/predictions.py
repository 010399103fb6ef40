"""The prediction services. They take the bytes of a request and send the bytes of its response."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import grpc
from seldon_component.errors import CallError
from seldon_component.payload import GRPC, Payload, first_of

from ..codec import proto_codec
from ..config.settings import UnitSettings
from ..messages import Request
from ..model.interface import Model
from ..model.metadata import metadata_of
from ..system.idle_memory import LARGE, idle_memory
from .deferred import DeferredHandler, PendingCall
from .services import METADATA_RPCS, RPCS, SERVICES, full_name

log = logging.getLogger(__name__)

Handle = Callable[[bytes, PendingCall], None]

# reason -> status code; every other reason has INTERNAL (docs/protocol.md, "Errors")
STATUS_CODES = {
    "MICROSERVICE_BAD_DATA": grpc.StatusCode.INVALID_ARGUMENT,
    "MICROSERVICE_TOO_LARGE": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "MICROSERVICE_NOT_IMPLEMENTED": grpc.StatusCode.UNIMPLEMENTED,
    "MICROSERVICE_OVERLOADED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "MICROSERVICE_UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
    "MICROSERVICE_CANCELLED": grpc.StatusCode.CANCELLED,
    "MICROSERVICE_TIMEOUT": grpc.StatusCode.DEADLINE_EXCEEDED,
}
# `status_code` of a user's exception, an HTTP status -> status code; every other one has INTERNAL
_OF_HTTP_STATUS = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.ABORTED,
    412: grpc.StatusCode.FAILED_PRECONDITION,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
_MAX_DETAILS = 2000  # bytes; percent-encoding may triple them, and clients accept 8 KiB of headers


def handlers(model: Model, max_message_bytes: int, unit: UnitSettings | None = None) -> list[grpc.GenericRpcHandler]:
    """One generic handler for each service. unit: its names, for the metadata."""
    return [
        grpc.method_handlers_generic_handler(full_name(service), _rpcs(model, service, max_message_bytes, unit))
        for service in SERVICES
    ]


def _rpcs(
    model: Model, service: str, max_message_bytes: int, unit: UnitSettings | None
) -> dict[str, grpc.RpcMethodHandler[bytes, bytes]]:
    """RPC -> its handler, for one service."""
    found = {RPCS[method]: _prediction(model, method, max_message_bytes) for method in SERVICES[service]}
    if service in METADATA_RPCS:
        found[METADATA_RPCS[service]] = _metadata(model, unit)
    return {rpc: grpc.unary_unary_rpc_method_handler(DeferredHandler(handle)) for rpc, handle in found.items()}


def _prediction(model: Model, method: str, max_message_bytes: int) -> Handle:
    def handle(body: bytes, call: PendingCall) -> None:
        if len(body) > LARGE:
            call.on_end(idle_memory.note_large_message)
        try:
            content = proto_codec.to_content(method, body, max_message_bytes)
        except Exception as error:
            return _fail(call, error)
        if (puid := call.metadata("seldon-puid")) and not (meta := first_of(content).meta).get("puid"):
            meta["puid"] = puid
        request = Request(method, content, GRPC, call.metadata("traceparent"))
        call.on_cancel(request.cancel)
        model.ask(request, partial(_respond, call, request))

    return handle


def _respond(call: PendingCall, request: Request, payload: Payload | None, error: CallError | None) -> None:
    """Called once for each request, in a thread of the model. So it raises nothing."""
    if payload is None:
        return _fail(call, error or CallError("the component gave no response"))
    try:
        body = proto_codec.encode(payload)
    except Exception as failure:
        return _fail(call, failure, request)
    if len(body) > LARGE:
        call.on_end(idle_memory.note_large_message)
    call.respond(body)


def _metadata(model: Model, unit: UnitSettings | None) -> Handle:
    def handle(body: bytes, call: PendingCall) -> None:
        try:
            response = proto_codec.encode_metadata(metadata_of(model, unit))
        except Exception as error:
            return _fail(call, error)
        call.respond(response)

    return handle


def _fail(call: PendingCall, error: Exception, request: Request | None = None) -> None:
    """End the call with the error. If it is no CallError, it is a fault of the server: only the log has its text."""
    if not isinstance(error, CallError):
        log.error("a request failed: %s", request or "no message could be read", exc_info=error)
        error = CallError("the server failed on this request; its log says why")
    code = _OF_HTTP_STATUS.get(error.status_code) if error.status_code else STATUS_CODES.get(error.reason)
    details = str(error).encode("utf-8", "replace")[:_MAX_DETAILS].decode("utf-8", "ignore")
    call.fail(code or grpc.StatusCode.INTERNAL, details)
