"""Handlers of RPCs that have a span each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import time_ns
from typing import Any

import grpc

from ..operations.traces.spans import RpcCall, rpc_span
from ..operations.traces.tracer import ServerSpan, Tracer
from .deferred import DeferredHandler, PendingCall
from .predictions import Handle, Services
from .unary import RpcHandler

_PROBES = frozenset(("ServerLive", "ServerReady", "ModelReady"))
_OK = grpc.StatusCode.OK.name


def traced(services: Services, tracer: Tracer, port: int) -> Services:
    """The services, with a span for each call but those of probes."""
    return {
        name: {
            rpc: handler if rpc in _PROBES else _traced(handler, tracer, RpcCall(port, f"{name}/{rpc}"))
            for rpc, handler in handlers.items()
        }
        for name, handlers in services.items()
    }


def _traced(handler: RpcHandler, tracer: Tracer, rpc: RpcCall) -> RpcHandler:
    inner: Any = handler.unary_unary
    if isinstance(inner, DeferredHandler):
        return grpc.unary_unary_rpc_method_handler(DeferredHandler(partial(_handle, inner.handle, tracer, rpc)))
    return grpc.unary_unary_rpc_method_handler(partial(_answer, inner, tracer, rpc))


def _handle(handle: Handle, tracer: Tracer, rpc: RpcCall, body: bytes, call: PendingCall) -> None:
    start = time_ns()
    handle(body, TracedCall(call, tracer, tracer.begin(call.metadata), start, rpc))


class TracedCall(PendingCall):
    """A call whose status is recorded. Its metadata has the `traceparent` of its span."""

    __slots__ = ("_call", "_tracer", "_span", "_start", "_rpc")

    def __init__(self, call: PendingCall, tracer: Tracer, span: ServerSpan, start: int, rpc: RpcCall) -> None:
        """start: nanoseconds since 1970."""
        self._call = call
        self._tracer, self._span, self._start, self._rpc = tracer, span, start, rpc

    def on_cancel(self, cancel: Callable[[], None]) -> None:
        self._call.on_cancel(cancel)

    def on_end(self, end: Callable[[], None]) -> None:
        self._call.on_end(end)

    def metadata(self, key: str) -> str:
        return self._span.header if key == "traceparent" else self._call.metadata(key)

    def respond(self, body: bytes) -> None:
        self._record(_OK, "")
        self._call.respond(body)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        self._record(code.name, details)
        self._call.fail(code, details)

    def _record(self, code: str, details: str) -> None:
        if self._span.is_sampled:
            self._tracer.queue.add(rpc_span, self._span, self._start, time_ns(), self._rpc, code, details)


def _answer(answer: Any, tracer: Tracer, rpc: RpcCall, body: bytes, context: grpc.ServicerContext) -> bytes:
    """The handler of an RPC that waits in a thread."""
    start, metadata = time_ns(), dict(context.invocation_metadata())
    span = tracer.begin(lambda name: str(metadata.get(name, "")))
    code, details = _OK, ""
    try:
        response: bytes = answer(body, context)
        return response
    except BaseException:
        code, details = _status_of(context)
        raise
    finally:
        if span.is_sampled:
            tracer.queue.add(rpc_span, span, start, time_ns(), rpc, code, details)


def _status_of(context: grpc.ServicerContext) -> tuple[str, str]:
    code = context.code()  # type: ignore[attr-defined]
    return (code.name if code else grpc.StatusCode.UNKNOWN.name), (context.details() or b"").decode("utf-8", "replace")  # type: ignore[attr-defined]
