"""Handlers of RPCs that have a span each."""

from __future__ import annotations

from functools import partial
from time import time_ns
from typing import Any

import grpc

from ..operations.traces.parent import Reader, parent_reader
from ..operations.traces.spans import rpc_span
from ..operations.traces.tracer import SAMPLED, ServerSpan, Tracer
from .deferred import DeferredHandler, PendingCall
from .predictions import Handle, Services
from .unary import RpcHandler
from .wrapped_call import WrappedCall

_PROBES = frozenset(("ServerLive", "ServerReady", "ModelReady"))
_OK = grpc.StatusCode.OK.name


def traced(services: Services, tracer: Tracer, port: int) -> Services:
    """The services, with a span for each call but those of probes."""
    return {
        name: {
            rpc: handler if rpc in _PROBES else _TracedRpc(tracer, port, f"{name}/{rpc}").handler_of(handler)
            for rpc, handler in handlers.items()
        }
        for name, handlers in services.items()
    }


class _TracedRpc:
    """One RPC. method: `package.Service/Method`."""

    def __init__(self, tracer: Tracer, port: int, method: str) -> None:
        self._tracer, self._port, self._method = tracer, port, method
        self._read: Reader[str] = parent_reader(tracer.propagators, str)

    def handler_of(self, handler: RpcHandler) -> RpcHandler:
        """A handler that does what `handler` does."""
        inner: Any = handler.unary_unary
        if isinstance(inner, DeferredHandler):
            return grpc.unary_unary_rpc_method_handler(DeferredHandler(partial(self._handle, inner.handle)))
        return grpc.unary_unary_rpc_method_handler(partial(self._wait, inner))

    def record(self, span: ServerSpan, start: int, code: str, details: str) -> None:
        """The call has ended. start: nanoseconds since 1970. code: the name of its status."""
        if span[0].endswith(SAMPLED):
            self._tracer.queue.add((rpc_span, span, start, time_ns(), self._port, self._method, code, details))

    def _handle(self, handle: Handle, body: bytes, call: PendingCall) -> None:
        start = time_ns()
        handle(body, _TracedCall(self, call, self._tracer.begin(self._read, call.metadata), start))

    def _wait(self, handle: Any, body: bytes, context: grpc.ServicerContext) -> bytes:
        """The handler of an RPC that waits in a thread."""
        start, metadata = time_ns(), dict(context.invocation_metadata())
        span = self._tracer.begin(self._read, lambda name: str(metadata.get(name, "")))
        try:
            response: bytes = handle(body, context)
        except BaseException:
            self.record(span, start, *_status_of(context))
            raise
        self.record(span, start, _OK, "")
        return response


class _TracedCall(WrappedCall):
    """A call whose status is recorded. Its metadata has the `traceparent` of its span."""

    __slots__ = ("_rpc", "_span", "_start")

    def __init__(self, rpc: _TracedRpc, call: PendingCall, span: ServerSpan, start: int) -> None:
        """start: nanoseconds since 1970."""
        self._rpc, self._call, self._span, self._start = rpc, call, span, start

    def metadata(self, key: str) -> str:
        return self._span[0] if key == "traceparent" else self._call.metadata(key)

    def respond(self, body: bytes) -> None:
        self._rpc.record(self._span, self._start, _OK, "")
        self._call.respond(body)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        self._rpc.record(self._span, self._start, code.name, details)
        self._call.fail(code, details)


def _status_of(context: Any) -> tuple[str, str]:
    """The name of the status and the details of a call that was aborted. context: grpcio's type leaves out both."""
    code = context.code() or grpc.StatusCode.UNKNOWN
    return code.name, (context.details() or b"").decode("utf-8", "replace")
