"""Services whose RPCs are counted, and those that there are not."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import grpc

from ..monitoring.responses import OTHER, UNREAD, ResponseCounts
from .deferred import DeferredHandler, PendingCall
from .predictions import Services
from .unary import RpcHandler
from .wrapped_call import WrappedCall

UNARY = "unary"  # the method of each RPC, as Seldon Core's executor names it
_PROBES = frozenset(("/inference.GRPCInferenceService/ServerLive", "/inference.GRPCInferenceService/ServerReady"))


def rpc_route(path: str) -> str | None:
    """A `RouteOf` of RPCs that there are. Probes have None; health and reflection are never observed."""
    return None if path in _PROBES else path


def counted(services: Services, responses: ResponseCounts) -> Services:
    """The same services, which count each response."""
    return {
        service: {rpc: _counted(handler, f"/{service}/{rpc}", responses) for rpc, handler in rpcs.items()}
        for service, rpcs in services.items()
    }


class UnknownRpcs(grpc.GenericRpcHandler):
    """Counts the calls of RPCs that no other handler knows. It must be the last one of a server."""

    def __init__(self, responses: ResponseCounts) -> None:
        self._responses = responses

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> None:
        """None, so that grpcio refuses the call."""
        self._responses.add(OTHER, UNARY, "UNIMPLEMENTED", 0.0)


def _counted(handler: RpcHandler, path: str, responses: ResponseCounts) -> RpcHandler:
    behavior = handler.unary_unary
    if isinstance(behavior, DeferredHandler):
        inner = behavior.handle
        observed: Any = DeferredHandler(
            lambda body, call: inner(body, _CountedCall(call, path, responses)),
            lambda: responses.add(path, UNREAD, grpc.StatusCode.RESOURCE_EXHAUSTED.name, 0.0),
        )
    else:
        observed = _observed(behavior, path, responses)
    return grpc.unary_unary_rpc_method_handler(observed)


def _observed(behavior: Any, path: str, responses: ResponseCounts) -> Callable[[bytes, Any], bytes]:
    """For a handler that returns its response, or aborts."""

    def handle(body: bytes, context: Any) -> bytes:
        begun = perf_counter()
        try:
            response: bytes = behavior(body, context)
        except Exception:
            responses.add(path, UNARY, _name(context.code()), perf_counter() - begun)
            raise
        responses.add(path, UNARY, "OK", perf_counter() - begun)
        return response

    return handle


def _name(code: object) -> str:
    return code.name if isinstance(code, grpc.StatusCode) else "UNKNOWN"


class _CountedCall(WrappedCall):
    """A call whose response is counted."""

    __slots__ = ("_begun", "_path", "_responses")

    def __init__(self, call: PendingCall, path: str, responses: ResponseCounts) -> None:
        self._call = call  # no call of the other `__init__`, which takes as long as the rest
        self._begun, self._path, self._responses = perf_counter(), path, responses

    def respond(self, body: bytes) -> None:
        self._responses.add(self._path, UNARY, "OK", perf_counter() - self._begun)
        self._call.respond(body)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        self._responses.add(self._path, UNARY, code.name, perf_counter() - self._begun)
        self._call.fail(code, details)
