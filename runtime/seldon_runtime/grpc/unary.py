"""Handlers of RPCs that are rare, or small: bytes of a request -> bytes of its response."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import grpc

from .deferred import DeferredHandler, PendingCall
from .failures import fail, failure

RpcHandler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"  # the class itself takes no type arguments
Answer = Callable[[bytes], bytes]  # may raise CallError


def quick(answer: Answer) -> RpcHandler:
    """For an answer that waits for nothing: it is given in the thread that reads grpcio's events."""

    def handle(body: bytes, call: PendingCall) -> None:
        try:
            response = answer(body)
        except Exception as error:
            return fail(call, error)
        call.respond(response)

    return grpc.unary_unary_rpc_method_handler(DeferredHandler(handle))


def waiting(answer: Answer) -> RpcHandler:
    """For an answer that waits for the component, in a thread of the pool."""

    def handle(body: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            return answer(body)
        except Exception as error:
            context.abort(*failure(error))

    return grpc.unary_unary_rpc_method_handler(handle)
