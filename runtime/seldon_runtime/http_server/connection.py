"""One client's connection: its requests are served one after the other (RFC 9112, section 9)."""

from __future__ import annotations

import asyncio
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, cast

from seldon_component.errors import BadPayload, CallError

from ..errors import TooManyConnections
from ..system.idle_memory import idle_memory
from .client_timeouts import BODY, HEAD, IDLE, SERVING, WRITING, Progress
from .protocol import Headers, HttpRequest
from .request_parser import RequestParser
from .response_head import CONTINUE, encode_head
from .sending import send, unsent

if TYPE_CHECKING:
    from .server_state import ServerState

_REQUEST_TIMEOUT = 408
_SURPLUS_SECONDS = 1.0  # that a connection beyond the limit may wait for its request
_LINGER_SECONDS = 2.0  # how long a refused client may read the reason before its connection is reset


class Connection(asyncio.Protocol):
    """Everything but `respond` belongs to the thread of the event loop.

    A request is in hand from its beginning to its response.
    """

    __slots__ = (
        "_state", "_transport", "_parser", "_requests", "_in_hand", "_held",
        "_is_advancing", "_is_writable", "_has_ended", "_is_refused", "_error", "_number", "_is_surplus", "_reserved",
        "watched",
    )  # fmt: skip

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._parser = RequestParser(state.limits.body_bytes, state.lines_of)
        self._requests = self._parser.requests
        self._in_hand: HttpRequest | None = None
        self._held = b""  # has arrived behind a request that has no response yet
        self._error: CallError | None = None  # in what follows the requests
        self._is_writable = True
        self._is_advancing = self._has_ended = self._is_refused = False
        self._number = 0  # of the request
        self._reserved = 0  # bytes of `ServerState.bodies`
        self.watched: tuple[Progress, float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._state.connections.add(self)
        self._is_surplus = len(self._state.connections) > self._state.limits.connections
        if self._is_surplus:
            self._state.loop.call_later(_SURPLUS_SECONDS, self._refuse_surplus)
            oldest = self._state.add_surplus(self)
            if oldest is not None:
                oldest.dismiss()

    def data_received(self, data: bytes) -> None:
        if self._error is not None:
            return
        if self._in_hand is None and not self._requests and not self._held:
            self._feed(data)
            self._state.advance_soon(self)
        else:
            self._held += data
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more. It has probably gone; if it has not, it still gets its response."""
        self._has_ended = True
        if self._in_hand is not None:
            self._in_hand.disconnect()
        self.advance()
        return True  # this side stays open

    def pause_writing(self) -> None:
        """The client does not read: nothing more is begun for it, so that its responses do not fill the memory."""
        self._is_writable = False

    def resume_writing(self) -> None:
        idle_memory.note_large_message()  # a response too large for the kernel's buffers has gone
        self._is_writable = True
        self.advance()

    def connection_lost(self, error: Exception | None) -> None:
        request, self._in_hand = self._in_hand, None
        self._state.connections.discard(self)
        self._state.surplus.pop(self, None)
        self._reserved = self._state.bodies.release(self._reserved)
        if not self._is_writable:
            idle_memory.note_large_message()  # the rest of a response goes with the connection
        self._requests.clear()
        self._parser.close()
        if request is not None:
            request.disconnect()

    def advance(self) -> None:
        """Begin the next request, as often as the one before has its response already."""
        if self._is_advancing:
            return
        self._is_advancing = True
        while self._in_hand is None and self._is_writable and not self._transport.is_closing():
            if self._requests:
                if self._is_surplus and not self.is_urgent():
                    self._requests.clear()
                    self._refuse_surplus()
                else:
                    self._begin(self._requests.popleft())
            elif self._held:
                held, self._held = self._held, b""
                self._feed(held)
            else:
                self._wait_for_more()
                break
        self._is_advancing = False

    def is_urgent(self) -> bool:
        return bool(self._requests) and self._requests[0].path in self._state.urgent_paths

    def progress(self) -> Progress:
        if not self._is_writable:
            return Progress(WRITING, self._number, unsent(self._transport))
        if self._in_hand is not None or self._requests or self._held:
            return Progress(SERVING, self._number)
        if not self._parser.begun:
            return Progress(IDLE, self._number)
        return Progress(HEAD if self._parser.in_head else BODY, self._number, self._parser.body_size)

    def time_out(self, limit: str) -> None:
        self._error = BadPayload(limit, _REQUEST_TIMEOUT)
        self.advance()

    def finish(self) -> None:
        """Close the connection, now or after the response to the request that has begun. For a server that stops."""
        is_idle = self._in_hand is None and not (self._requests or self._held or self._parser.begun)
        if is_idle or self._is_refused:
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def dismiss(self) -> None:
        """Refuse a connection beyond the limit, and close it at once, because newer ones need its place.

        One with a probe is closed once that is answered.
        """
        self._refuse_surplus()
        if self._is_refused:
            self._transport.close()

    def respond(self, request: HttpRequest, status: int, headers: Headers, body: bytes) -> None:
        """Send a response, from any thread. It is dropped if the client has gone."""
        if get_ident() == self._state.thread:
            self.write_response(request, status, headers, body)
        else:
            self._state.responses.put((self, request, status, headers, body))

    def write_response(self, request: HttpRequest, status: int, headers: Headers, body: bytes) -> None:
        if request is not self._in_hand:
            return
        keep_alive = request.keep_alive and not (self._state.stopping and self._is_last())
        connection = b"close"
        if keep_alive:
            connection = b"keep-alive" if b"connection" in request.headers else b""  # an HTTP/1.0 client needs it
        head = encode_head(status, headers, len(body), connection, request.lines)
        send(self._transport, head, b"" if request.method == "HEAD" else body)
        self._in_hand = None
        if self._reserved:
            self._reserved = self._state.bodies.release(self._reserved)
        if b"content-encoding" in request.headers:
            idle_memory.note_large_message()  # only the application knows how large the inflated body was
        if keep_alive:
            self.advance()
        else:
            self._transport.close()

    def _is_last(self) -> bool:
        """Whether nothing has come behind the request in hand."""
        return not (self._requests or self._held or self._parser.begun)

    def _feed(self, data: bytes) -> None:
        try:
            if self._parser.feed(data):
                self._error = self._state.application.refusal(self._parser.path)
                self._reserved = self._state.bodies.reserve(self._parser.expected_size, self._reserved)
        except CallError as error:
            self._error = error

    def _begin(self, request: HttpRequest) -> None:
        self._in_hand = request
        request.transport = self._transport
        self._number += 1
        request.keep_alive = request.keep_alive and not self._is_surplus
        respond = partial(self.respond, request)
        try:
            self._state.application(request, respond)
        except Exception as error:
            self._state.application.respond_error(request, respond, error)

    def _wait_for_more(self) -> None:
        """Every request that has arrived has its response."""
        if self._is_refused:
            if self._has_ended:
                self._transport.close()
            return
        if self._has_ended and self._parser.begun and not self._error:
            self._error = self._parser.error_at_end()
        if self._error:
            return self._refuse(self._error)
        if self._has_ended:
            return self._transport.close()
        if not self._transport.is_reading():
            self._transport.resume_reading()
        if self._parser.expects_continue:
            self._parser.expects_continue = False
            self._transport.write(CONTINUE)

    def _refuse_surplus(self) -> None:
        """Only a probe is answered beyond the limit: it comes soon, and a pod must not die because it is busy."""
        if self._error is None and self._in_hand is None:
            most = self._state.limits.connections
            self._error = TooManyConnections(f"{most} clients are connected, and MAX_CONNECTIONS allows no more")
            self.advance()

    def _refuse(self, error: CallError) -> None:
        """Say what is wrong, then close: at once would reset the connection, and the client might not see it."""
        self._is_refused = True
        self._reserved = self._state.bodies.release(self._reserved)
        if not self._transport.is_reading():
            self._transport.resume_reading()  # what the client still sends is thrown away
        self._parser.drop_body()
        request = self._parser.unfinished()
        request.transport = self._transport
        respond = partial(self._write, request.method, request.lines, b"close")
        self._state.application.respond_error(request, respond, error)
        if self._has_ended:
            self._transport.close()
        else:
            self._transport.write_eof()
            self._state.loop.call_later(_LINGER_SECONDS, self._transport.abort)

    def _write(self, method: str, lines: bytes, connection: bytes, status: int, headers: Headers, body: bytes) -> None:
        head = encode_head(status, headers, len(body), connection, lines)
        send(self._transport, head, b"" if method == "HEAD" else body)
