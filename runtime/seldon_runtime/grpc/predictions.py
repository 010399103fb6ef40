"""The prediction services, on the bytes of requests and answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import grpc
from seldon_component.errors import CallError
from seldon_component.payload import GRPC, Payload

from ..codec import proto_codec
from ..messages import Request
from ..model.interface import Model
from ..model.metadata import metadata_of
from .deferred import DeferredHandler, PendingCall
from .services import METADATA_RPCS, RPCS, SERVICES, full_name

log = logging.getLogger(__name__)

Handle = Callable[[bytes, PendingCall], None]

# reason -> status code (wire.md, «Errors»); INTERNAL for every other one
STATUS_CODES = {
    "MICROSERVICE_BAD_DATA": grpc.StatusCode.INVALID_ARGUMENT,
    "MICROSERVICE_TOO_LARGE": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "MICROSERVICE_NOT_IMPLEMENTED": grpc.StatusCode.UNIMPLEMENTED,
    "MICROSERVICE_UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
    "MICROSERVICE_CANCELLED": grpc.StatusCode.CANCELLED,
    "MICROSERVICE_TIMEOUT": grpc.StatusCode.DEADLINE_EXCEEDED,
}
# what a user's exception says with its HTTP `status_code`
_OF_HTTP = {
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
_LONGEST_DETAILS = 2000  # bytes: percent-encoded they may be three times as long, and clients take 8 KiB of headers


def handlers(model: Model) -> list[grpc.GenericRpcHandler]:
    """A generic handler a service."""
    return [grpc.method_handlers_generic_handler(full_name(service), _rpcs(model, service)) for service in SERVICES]


def _rpcs(model: Model, service: str) -> dict[str, grpc.RpcMethodHandler[bytes, bytes]]:
    answers = {RPCS[method]: DeferredHandler(_prediction(model, method)) for method in SERVICES[service]}
    if service in METADATA_RPCS:
        answers[METADATA_RPCS[service]] = DeferredHandler(_metadata(model))
    return {rpc: grpc.unary_unary_rpc_method_handler(answer) for rpc, answer in answers.items()}


def _prediction(model: Model, method: str) -> Handle:
    def ask(body: bytes, call: PendingCall) -> None:
        try:
            content = proto_codec.to_question(method, body)
        except Exception as error:
            return _fail(call, error)
        request = Request(method, content, GRPC, call.metadata("traceparent"))
        call.on_cancel(request.cancel)
        model.ask(request, partial(_answer, call, request))

    return ask


def _answer(call: PendingCall, request: Request, payload: Payload | None, error: CallError | None) -> None:
    """The OnAnswer of a request: in a thread of the model's, so it raises nothing."""
    if payload is None:
        return _fail(call, error or CallError("the component gave no response"))
    try:
        body = proto_codec.encode(payload)
    except Exception as failure:
        return _fail(call, failure, request)
    call.answer(body)


def _metadata(model: Model) -> Handle:
    def tell(body: bytes, call: PendingCall) -> None:
        try:
            answer = proto_codec.encode_metadata(metadata_of(model))
        except Exception as error:
            return _fail(call, error)
        call.answer(answer)

    return tell


def _fail(call: PendingCall, error: Exception, request: Request | None = None) -> None:
    """Tell the client of an error; one that is none of a call's is our own, and stands in the log alone."""
    if not isinstance(error, CallError):
        log.error("a request failed: %s", request or "no message could be read", exc_info=error)
        error = CallError("the server failed on this request; its log says why")
    code = _OF_HTTP.get(error.status_code) if error.status_code else STATUS_CODES.get(error.reason)
    details = str(error).encode("utf-8", "replace")[:_LONGEST_DETAILS].decode("utf-8", "ignore")
    call.fail(code or grpc.StatusCode.INTERNAL, details)
