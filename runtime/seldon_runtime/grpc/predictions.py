"""The prediction services, on the bytes of requests and answers."""

from __future__ import annotations

import logging
from collections.abc import Callable

import grpc
from seldon_component.errors import CallError
from seldon_component.payload import GRPC

from ..codec import proto_codec
from ..metadata import metadata_of
from ..model import Model
from .services import METADATA_RPCS, RPCS, SERVICES, full_name

log = logging.getLogger(__name__)

Answer = Callable[[bytes], bytes]
Handler = Callable[[bytes, grpc.ServicerContext], bytes]

# reason -> status code (wire.md, «Errors»); INTERNAL for every other one
STATUS_CODES = {
    "MICROSERVICE_BAD_DATA": grpc.StatusCode.INVALID_ARGUMENT,
    "MICROSERVICE_TOO_LARGE": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "MICROSERVICE_NOT_IMPLEMENTED": grpc.StatusCode.UNIMPLEMENTED,
    "MICROSERVICE_UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
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
    answers = {RPCS[method]: _prediction(model, method) for method in SERVICES[service]}
    if service in METADATA_RPCS:
        answers[METADATA_RPCS[service]] = lambda body: proto_codec.encode_metadata(metadata_of(model))
    return {rpc: grpc.unary_unary_rpc_method_handler(_guarded(rpc, answer)) for rpc, answer in answers.items()}


def _prediction(model: Model, method: str) -> Answer:
    def answer(body: bytes) -> bytes:
        return proto_codec.encode(model.call(method, proto_codec.to_question(method, body), GRPC))

    return answer


def _guarded(rpc: str, answer: Answer) -> Handler:
    """An rpc's handler: `answer`, with what it raises told to the client."""

    def handle(body: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            return answer(body)
        except CallError as error:
            return _fail(context, error)
        except Exception:
            log.exception("%s failed", rpc)
            return _fail(context, CallError("the server failed on this request; its log says why"))

    return handle


def _fail(context: grpc.ServicerContext, error: CallError) -> bytes:
    code = _OF_HTTP.get(error.status_code) if error.status_code else STATUS_CODES.get(error.reason)
    context.set_code(code or grpc.StatusCode.INTERNAL)
    context.set_details(str(error).encode("utf-8", "replace")[:_LONGEST_DETAILS].decode("utf-8", "ignore"))
    return b""
