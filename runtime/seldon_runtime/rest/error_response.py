"""Responses that tell of an error: the same JSON for all of them."""

from __future__ import annotations

import logging

from seldon_component.errors import CallError

from ..codec import json_codec
from ..errors import Overloaded
from ..http_server.protocol import Headers, Respond
from ..messages import Request

log = logging.getLogger(__name__)

JSON: Headers = (("Content-Type", "application/json"),)
_OVERLOADED: Headers = (*JSON, ("Retry-After", str(Overloaded.RETRY_AFTER)))

# the statuses that the `status.code` of a component's own message can set: the final ones that may have a body
FINAL_STATUSES = set(range(200, 600)) - {204, 205, 304}

# reason -> HTTP status (docs/protocol.md, "REST")
HTTP_STATUS = {
    "MICROSERVICE_BAD_DATA": 400,
    "MICROSERVICE_NOT_FOUND": 404,
    "MICROSERVICE_METHOD_NOT_ALLOWED": 405,
    "MICROSERVICE_TOO_LARGE": 413,
    "MICROSERVICE_CANCELLED": 499,  # as nginx logs it; the client has gone
    "MICROSERVICE_BAD_METRIC": 500,
    "MICROSERVICE_BAD_METADATA": 500,
    "MICROSERVICE_INTERNAL_ERROR": 500,
    "MICROSERVICE_NOT_IMPLEMENTED": 501,
    "MICROSERVICE_UNAVAILABLE": 503,
    "MICROSERVICE_OVERLOADED": 503,
    "MICROSERVICE_TIMEOUT": 504,
}


def respond_error(respond: Respond, error: Exception, request: Request | None = None) -> None:
    """Tell the client of an error. An error that is not a CallError is our own: only the log shows it."""
    if not isinstance(error, CallError):
        extra = request.log_fields if request else None
        log.error("a request failed: %s", request or "no message could be read", exc_info=error, extra=extra)
        error = CallError("the server failed on this request; its log says why")
    status, body = error_response(error)
    respond(status, _OVERLOADED if isinstance(error, Overloaded) else JSON, body)


def respond_v2_error(respond: Respond, error: Exception, *headers: tuple[str, str]) -> None:
    """The same in the form of the Open Inference Protocol and of KServe's V1: `{"error": text}`."""
    if not isinstance(error, CallError):
        log.error("a request failed", exc_info=error)
        error = CallError("the server failed on this request; its log says why")
    usual = _OVERLOADED if isinstance(error, Overloaded) else JSON
    respond(status_of(error), (*usual, *headers), json_codec.dump({"error": str(error)}))


def status_of(error: CallError) -> int:
    """The HTTP status of an error."""
    return error.status_code if error.status_code in FINAL_STATUSES else HTTP_STATUS.get(error.reason, 500)


def error_response(error: CallError) -> tuple[int, bytes]:
    """HTTP status and JSON body of an error."""
    return status_of(error), json_codec.encode_error(error)
