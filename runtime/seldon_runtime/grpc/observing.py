"""Services that tell observers of each call of theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import grpc

from ..messages import Request
from ..operations.exchange import OK, Exchange, owner_of
from ..operations.observers import Observers
from .deferred import DeferredHandler, PendingCall
from .predictions import Handle, Services
from .unary import RpcHandler
from .wrapped_call import WrappedCall

_PROTOBUF = "application/protobuf"  # as Seldon's executor names it
_HEALTH = frozenset(("ServerLive", "ServerReady", "ModelReady"))  # the probes of V2


def observed(services: Services, observers: Observers) -> Services:
    """The same services, with observed calls. Probes are left out."""
    return {
        service: {
            rpc: handler if rpc in _HEALTH else _observed(f"/{service}/{rpc}", handler, observers)
            for rpc, handler in rpcs.items()
        }
        for service, rpcs in services.items()
    }


def _observed(path: str, handler: RpcHandler, observers: Observers) -> RpcHandler:
    behavior = handler.unary_unary
    if isinstance(behavior, DeferredHandler):
        return grpc.unary_unary_rpc_method_handler(DeferredHandler(_deferred(path, behavior.handle, observers)))
    assert behavior is not None
    return grpc.unary_unary_rpc_method_handler(_waiting(path, behavior, observers))


def _deferred(path: str, handle: Handle, observers: Observers) -> Handle:
    def handle_observed(body: bytes, call: PendingCall) -> None:
        seen = ObservedCall(call)
        seen.on_response = partial(_finish, Exchange("", path, seen, body, observers.keep_bodies), observers)
        handle(body, seen)

    return handle_observed


def _waiting(
    path: str, behavior: Callable[[bytes, grpc.ServicerContext], bytes], observers: Observers
) -> Callable[[bytes, grpc.ServicerContext], bytes]:
    def respond(body: bytes, context: grpc.ServicerContext) -> bytes:
        exchange = Exchange("", path, _WaitingCall(context), body, observers.keep_bodies)
        try:
            response = behavior(body, context)
        except Exception:
            code = context.code()  # type: ignore[attr-defined]  # the stubs do not have it
            _finish(exchange, observers, (code or grpc.StatusCode.UNKNOWN).name, b"")
            raise
        _finish(exchange, observers, OK, response)
        return response

    return respond


def _finish(exchange: Exchange, observers: Observers, code: str, body: bytes) -> None:
    exchange.end(code, body, _PROTOBUF)
    for observe in observers.observers:
        observe(exchange)


class ObservedCall(WrappedCall):
    """A call that tells of its response. See `Transport` of operations.exchange, too."""

    __slots__ = ("_asked", "on_response")

    def __init__(self, call: PendingCall) -> None:
        super().__init__(call)
        self._asked: Request | None = None
        self.on_response: Callable[[str, bytes], None]

    @property
    def call(self) -> Request | None:
        return self._asked

    def header(self, name: str) -> str:
        return self._call.metadata(name)

    def on_cancel(self, cancel: Callable[[], None]) -> None:
        self._asked = owner_of(cancel)
        self._call.on_cancel(cancel)

    def respond(self, body: bytes) -> None:
        self._call.respond(body)
        has_gone = self._asked is not None and self._asked.cancelled
        self.on_response(grpc.StatusCode.CANCELLED.name if has_gone else OK, body)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        self._call.fail(code, details)
        self.on_response(code.name, b"")


class _WaitingCall:
    """The `Transport` of a call that has a thread of its own."""

    call = None

    def __init__(self, context: grpc.ServicerContext) -> None:
        self._context = context

    @property
    def peer(self) -> str:
        return str(self._context.peer())

    def header(self, name: str) -> str:
        return next((str(value) for key, value in self._context.invocation_metadata() if key == name), "")
