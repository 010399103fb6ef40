"""What an error is to a client of gRPC: a status code and details (docs/protocol.md, "Errors")."""

from __future__ import annotations

import logging

import grpc
from seldon_component.errors import CallError

from ..errors import UnitFailed
from ..messages import Request
from .deferred import PendingCall

log = logging.getLogger(__name__)

# reason -> status code; every other reason has INTERNAL (docs/protocol.md, "Errors")
STATUS_CODES = {
    "MICROSERVICE_BAD_DATA": grpc.StatusCode.INVALID_ARGUMENT,
    "MICROSERVICE_NOT_FOUND": grpc.StatusCode.NOT_FOUND,
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


def failure(error: Exception, request: Request | None = None) -> tuple[grpc.StatusCode, str]:
    """Status code and details. If the error is no CallError, it is a fault of the server: only the log has its text."""
    if not isinstance(error, CallError):
        extra = request.log_fields if request else None
        log.error("a request failed: %s", request or "no message could be read", exc_info=error, extra=extra)
        error = CallError("the server failed on this request; its log says why")
    details = str(error).encode("utf-8", "replace")[:_MAX_DETAILS].decode("utf-8", "ignore")
    return _code_of(error), details


def _code_of(error: CallError) -> grpc.StatusCode:
    if isinstance(error, UnitFailed):
        return grpc.StatusCode[error.code]
    code = _OF_HTTP_STATUS.get(error.status_code) if error.status_code else STATUS_CODES.get(error.reason)
    return code or grpc.StatusCode.INTERNAL


def fail(call: PendingCall, error: Exception, request: Request | None = None) -> None:
    """End the call with the error."""
    call.fail(*failure(error, request))
