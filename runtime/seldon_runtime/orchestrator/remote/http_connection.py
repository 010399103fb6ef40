"""One connection to an HTTP/1.1 server, and the exchanges on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import NamedTuple, cast

import httptools

_WITH_LENGTH = frozenset((b"content-length", b"transfer-encoding"))


class Response(NamedTuple):
    status: int
    body: bytes


class ConnectionFailed(Exception):
    """There is no response, or only a part of one."""


OnResponse = Callable[[Response | None, ConnectionFailed | None], None]  # one of the two is None


class Exchange:
    """A request and its response. connection: that the request was sent over; None before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, request: bytes, on_response: OnResponse) -> None:
        self._loop = loop
        self.request = request
        self._on_response = on_response
        self.connection: Connection | None = None
        self.is_over = False

    def end(self, response: Response | None, error: ConnectionFailed | None) -> None:
        """In the loop's thread."""
        if not self.is_over:
            self.is_over = True
            self._on_response(response, error)

    def cancel(self) -> None:
        """Nobody waits any longer. The server sees the connection end."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        self.end(None, ConnectionFailed("nobody waits for the response any longer"))
        if self.connection is not None:
            self.connection.close()


class Connection(asyncio.Protocol):
    """One exchange at a time. Also what httptools calls with the parts of a response."""

    def __init__(self, on_free: Callable[[Connection], None], on_end: Callable[[Connection], None]) -> None:
        """on_free: called when the connection can be used again. on_end: once it has ended."""
        self._on_free = on_free
        self._on_end = on_end
        self._exchange: Exchange | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._has_length = self._ends_with_connection = False
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def begin(self, exchange: Exchange) -> None:
        if exchange.is_over:  # cancelled while the connection was opened
            return self._on_free(self)
        self._exchange, exchange.connection = exchange, self
        self._transport.write(exchange.request)

    def close(self, reason: str = "the connection was closed") -> None:
        """End the exchange, too."""
        self.is_open = False
        self._transport.abort()
        self._fail(reason)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.close(f"the response is not HTTP/1.1: {error}")

    def eof_received(self) -> None:
        """A response without a length ends here. The connection is used no longer."""
        self.is_open = False
        if self._exchange is not None and self._ends_with_connection:
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._on_end(self)
        self._fail("the connection ended before the response")

    def on_message_begin(self) -> None:
        self._body = []
        self._has_length = self._ends_with_connection = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._has_length = self._has_length or name.lower() in _WITH_LENGTH

    def on_headers_complete(self) -> None:
        self._ends_with_connection = not self._has_length

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        self._ends_with_connection = False
        if self._parser.get_status_code() < 200:  # such as "100 Continue"
            return
        self.is_open = self.is_open and self._parser.should_keep_alive()
        self._finish()

    def _finish(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is None:  # nobody has asked
            return self.close()
        exchange.connection = None
        response = Response(self._parser.get_status_code(), b"".join(self._body))
        self._body = []
        if self.is_open:
            self._on_free(self)
        else:
            self._transport.abort()
        exchange.end(response, None)

    def _fail(self, reason: str) -> None:
        exchange, self._exchange = self._exchange, None
        self._body = []
        if exchange is not None:
            exchange.connection = None
            exchange.end(None, ConnectionFailed(reason))
