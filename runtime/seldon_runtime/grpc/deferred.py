"""Calls that are answered later than their handler returns: `call.answer(body)`, from any thread.

grpcio keeps a thread for a call from its beginning to its end: it waits for the message, then for the handler's answer.
One of ours has a thread only while it asks the model: its message is taken where it comes in, and whoever has the
model's answer sends it. That saves each call four changes of threads. grpcio has no way to say so: what is used of its
`_server` is its own affair. The version is locked, and only this file knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
from grpc import _server
from grpc._cython import cygrpc  # type: ignore[attr-defined]

from ..system.thread_pool import ThreadPool

_NO_MESSAGE = "exactly one request message is required"


class PendingCall:
    """One call of a client's, to be answered once. For a client that is gone, an answer is lost."""

    def __init__(self, event: Any, state: Any) -> None:
        """event: what grpcio tells of the call; state: what it knows of its course."""
        self._event = event
        self._state = state

    def on_cancel(self, cancel: Callable[[], None]) -> None:
        """Have `cancel` called if the client leaves before it has its response."""

        def ended() -> None:
            if self._state.client is _server._CANCELLED:
                cancel()

        with self._state.condition:
            if self._state.callbacks is not None:
                self._state.callbacks.append(ended)
                return
        ended()

    def metadata(self, key: str) -> str:
        """A text that the client sent beside its message, or ""."""
        return next((value for name, value in self._event.invocation_metadata if name == key), "")

    def answer(self, body: bytes) -> None:
        _server._status(self._event, self._state, body)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        self._state.code, self._state.details = code, details.encode()
        _server._status(self._event, self._state, None)


class DeferredHandler:
    """A handler for grpcio that returns without the answer; raises nothing."""

    def __init__(self, handle: Callable[[bytes, PendingCall], None]) -> None:
        self.handle = handle

    def __call__(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        raise NotImplementedError  # never called so: see Calls.submit


class CallExecutor(ThreadPool):
    """grpcio's executor: its own handlers have a thread until they return, ours until the question is asked."""

    def submit(self, run: Callable[..., Any], /, *args: Any, **keywords: Any) -> Any:
        """Called in the one thread in which grpcio hears of everything, with what `_server._handle_unary_unary` has."""
        if len(args) > 3 and isinstance(args[3], DeferredHandler):
            return self._receive(*args[1:4])
        return super().submit(run, *args, **keywords)

    def _receive(self, event: Any, state: Any, handler: DeferredHandler) -> None:
        take = _server._receive_message(state, event.call, None)

        def received(message: Any) -> Any:
            finished = take(message)
            self.do(_ask, event, state, handler)
            return finished

        event.call.start_server_batch((cygrpc.ReceiveMessageOperation(0),), received)
        state.due.add(_server._RECEIVE_MESSAGE_TOKEN)


def _ask(event: Any, state: Any, handler: DeferredHandler) -> None:
    call, body = PendingCall(event, state), state.request
    state.request = None
    if body is None:
        call.fail(grpc.StatusCode.UNIMPLEMENTED, _NO_MESSAGE)
    else:
        handler.handle(body, call)
