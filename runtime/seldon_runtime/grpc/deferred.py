"""RPCs whose response comes after their handler has returned: `call.respond(body)`, from any thread.

grpcio keeps one thread for each call, from its beginning to its end. The thread waits for the message, and then for
the handler's response. Here the thread that reads grpcio's events takes the message. It also calls the handler, or
leaves a large message to a thread of a pool. The thread that has the model's response sends it. This saves at least
four thread switches for each call (docs/performance.md, "Over gRPC").

grpcio has no public interface for this. So this file uses private names of grpcio, and no other file does.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import grpc
from grpc import _server
from grpc._cython import cygrpc  # type: ignore[attr-defined]
from seldon_component.errors import StartError

from ..errors import TooManyBodyBytes
from ..messages import ECHOED, LONGEST_ECHO, Headers
from ..system.idle_memory import idle_memory
from ..system.thread_pool import ThreadPool
from .message_room import MessageRoom

_GRPCIO = "1.85.3"  # this file was written for its private names; runtime/requirements/server-*.txt have the same


def check_grpcio(version: str) -> None:
    """Raises StartError if the private names of this version of grpcio may differ."""
    if version != _GRPCIO:
        raise StartError(
            f"grpcio: expected version {_GRPCIO}, found {version}; install the version that runtime/requirements "
            f"locks. To move to {version}, set _GRPCIO in runtime/seldon_runtime/grpc/deferred.py to it, "
            "and run test/unit/seldon_runtime/grpc: if it fails, adapt deferred.py to grpcio's grpc/_server.py"
        )


check_grpcio(grpc.__version__)

# Every private name of grpcio. The attributes of its event and of its state are used in this file as well.
_run_unary = _server._unary_response_in_pool  # the function that grpcio submits for a call of one response
_receive_message = _server._receive_message  # creates the callback that stores the message in the state
_send_status = _server._status  # sends the response, if there is one, and ends the call
_initial_metadata_sent = _server._send_initial_metadata  # creates the callback for metadata that goes before the rest
_SENDING_METADATA = _server._SEND_INITIAL_METADATA_TOKEN  # in `state.due` until it has gone
_RECEIVING = _server._RECEIVE_MESSAGE_TOKEN  # in `state.due` until the message is there
_CANCELLED = _server._CANCELLED  # `state.client` if the client has cancelled
_NO_FLAGS = _server._EMPTY_FLAGS
_SendMetadataOperation = cygrpc.SendInitialMetadataOperation
_ReceiveMessageOperation = cygrpc.ReceiveMessageOperation  # holds the message, so each call needs one of its own

_is_clean = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_ECHO}}}").fullmatch
_SMALL = 131_072  # bytes; the thread that reads grpcio's events calls the handler itself, which takes little time
_ECHOED = frozenset(ECHOED)
_NO_MESSAGE = "exactly one request message is required"


class PendingCall:
    """One call that waits for its response. If the client has gone, a response is dropped."""

    __slots__ = ("_event", "_state", "_cancel", "_end")

    def __init__(self, event: Any, state: Any) -> None:
        """event: grpcio's description of the call. state: grpcio's record of its progress."""
        self._event = event
        self._state = state
        self._cancel: Callable[[], None] | None = None
        self._end: Callable[[], None] | None = None

    def on_cancel(self, cancel: Callable[[], None]) -> None:
        """Call `cancel`, at least once, if the client leaves before it has its response."""
        self._cancel = cancel
        if self._state.client is _CANCELLED:
            cancel()

    def on_end(self, end: Callable[[], None]) -> None:
        """Call `end`, at least once, when the client has its response or has left."""
        self._end = end
        if self._state.callbacks is None:  # grpcio has called them already
            end()

    def once_ended(self, callback: Callable[[], None]) -> None:
        """Call back once, in the thread that reads grpcio's events. To be called in that thread, too."""
        with self._state.condition:
            has_ended = self._state.callbacks is None
            if not has_ended:
                self._state.callbacks.append(callback)
        if has_ended:
            callback()

    def ended(self) -> None:
        """Called by grpcio when nothing of the call is on its way any longer."""
        if self._state.client is _CANCELLED and self._cancel is not None:
            self._cancel()
        if self._end is not None:
            self._end()

    @property
    def peer(self) -> str:
        """The client's address, as grpcio has it: `ipv4:127.0.0.1:40000`."""
        found: bytes | str = self._event.call.peer()
        return found.decode() if isinstance(found, bytes) else found

    def metadata(self, key: str) -> str:
        """The text that the client sent under this key of the call's metadata, or ""."""
        for name, value in self._event.invocation_metadata:
            if name == key:
                return str(value)
        return ""

    def headers(self) -> Headers:
        """All of the call's metadata."""
        return tuple((key, _as_text(value)) for key, value in self._event.invocation_metadata)

    def send_metadata(self, key: str, value: str) -> None:
        """Have the client get this at once, before there is a response. What metadata cannot have is not sent."""
        state = self._state
        with state.condition:
            if not state.initial_metadata_allowed or state.client is _CANCELLED or not _is_clean(value):
                return
            operation = _SendMetadataOperation(((key, value),), _NO_FLAGS)
            self._event.call.start_server_batch((operation,), _initial_metadata_sent(state))
            state.initial_metadata_allowed = False
            state.due.add(_SENDING_METADATA)

    @property
    def message_size(self) -> int:
        """Bytes of the message, until it is taken; 0 without one."""
        return len(self._state.request or b"")

    def take_message(self) -> bytes | None:
        """The request's message, once. None if the client sent none."""
        body: bytes | None = self._state.request
        self._state.request = None
        return body

    def respond(self, body: bytes) -> None:
        """Send the response and end the call."""
        _send_status(self._event, self._state, body)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        """End the call with an error."""
        self._state.code, self._state.details = code, details.encode()
        _send_status(self._event, self._state, None)


class DeferredHandler:
    """A handler that returns before there is a response. `handle(body, call)` raises nothing.

    on_unread: called for a call whose message is not handled: there is no room for it, or it did not come, because it
    was too large or its client has gone.
    """

    def __init__(
        self, handle: Callable[[bytes, PendingCall], None], on_unread: Callable[[], None] = lambda: None
    ) -> None:
        self.handle = handle
        self.on_unread = on_unread

    def __call__(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        """grpcio asks for a callable. CallExecutor calls `handle` instead."""
        raise NotImplementedError


class CallExecutor(ThreadPool):
    """The executor of grpcio. A call that waits for its message, or for its response, has no thread."""

    def __init__(self, threads: int, readers: ThreadPool, room: MessageRoom) -> None:
        """readers: threads for large messages. room: for these messages."""
        super().__init__(threads, "grpc")
        self._readers, self._room = readers, room

    def submit(self, run: Callable[..., Any], /, *args: Any, **keywords: Any) -> Any:
        """Called in the thread that reads grpcio's events, with the arguments of `_server._handle_unary_unary`.

        None for a call of a DeferredHandler: grpcio then waits for no future.
        """
        if args and args[0] is _run_unary:
            _, event, state, handler = args[:4]
            if echoed := _echoed(event.invocation_metadata):
                state.trailing_metadata = echoed
            if isinstance(handler, DeferredHandler):
                return self._receive(event, state, handler)
        return super().submit(run, *args, **keywords)

    def _receive(self, event: Any, state: Any, handler: DeferredHandler) -> None:
        store = _receive_message(state, event.call, None)
        call = PendingCall(event, state)

        def received(message: Any) -> Any:
            finished = store(message)
            if call.message_size <= _SMALL:
                _handle(call, handler)
            else:
                self._handle_large(call, handler)
            return finished

        with state.condition:
            state.callbacks.append(call.ended)
            event.call.start_server_batch((_ReceiveMessageOperation(_NO_FLAGS),), received)
            state.due.add(_RECEIVING)

    def _handle_large(self, call: PendingCall, handler: DeferredHandler) -> None:
        size = call.message_size
        try:
            self._room.take(size)
        except TooManyBodyBytes as error:
            call.take_message()
            call.on_end(idle_memory.note_large_message)
            handler.on_unread()
            return call.fail(grpc.StatusCode.RESOURCE_EXHAUSTED, str(error))
        call.once_ended(partial(self._room.give_back, size))
        self._readers.do(_handle, call, handler)


def _as_text(value: Any) -> str:
    """A value of metadata; bytes as they are on the wire."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _echoed(metadata: Any) -> tuple[Any, ...]:
    """The entries of ECHOED, which come back with the response. metadata: of the call."""
    found: tuple[Any, ...] = ()
    for entry in metadata:
        if entry[0] in _ECHOED and len(entry[1]) <= LONGEST_ECHO:
            found = (*found, entry)
    return found


def _handle(call: PendingCall, handler: DeferredHandler) -> None:
    body = call.take_message()
    if body is None:
        call.on_end(idle_memory.note_large_message)  # much of a message may have come
        handler.on_unread()
        call.fail(grpc.StatusCode.UNIMPLEMENTED, _NO_MESSAGE)
    else:
        handler.handle(body, call)
