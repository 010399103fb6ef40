"""Handlers of RPCs that are rare, or small: bytes of a request -> bytes of its response."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import grpc

from .deferred import DeferredHandler, PendingCall
from .failures import fail, failure

RpcHandler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"  # the class itself takes no type arguments
Handler = Callable[[bytes], bytes]  # may raise CallError


def quick(handler: Handler) -> RpcHandler:
    """For a handler that waits for nothing: it runs in the thread that reads grpcio's events."""

    def handle(body: bytes, call: PendingCall) -> None:
        try:
            response = handler(body)
        except Exception as error:
            return fail(call, error)
        call.respond(response)

    return grpc.unary_unary_rpc_method_handler(DeferredHandler(handle))


def waiting(handler: Handler) -> RpcHandler:
    """For a handler that waits for the component, in a thread of the pool."""

    def handle(body: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            return handler(body)
        except Exception as error:
            context.abort(*failure(error))

    return grpc.unary_unary_rpc_method_handler(handle)
