"""HTTP/1.1 as a client: one event loop in one thread for all servers, and connections that are used again."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

import httptools
import uvloop

_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 4.0  # after which a connection is not used again; uvicorn, the most impatient server, closes it after 5


class Response(NamedTuple):
    status: int
    body: bytes


class ConnectionFailed(Exception):
    """There is no response, or only a part of one."""


_Protocol = TypeVar("_Protocol", bound=asyncio.Protocol)
OnResponse = Callable[[Response | None, ConnectionFailed | None], None]  # one of the two is None


class Address(NamedTuple):
    """Where a server is. prefix: of its paths."""

    host: str
    port: int
    is_secure: bool = False
    prefix: str = ""

    @property
    def authority(self) -> str:
        """For the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{'https' if self.is_secure else 'http'}://{self.authority}{self.prefix}"


def address_of(url: str) -> Address:
    """Raises ValueError for what is no URL of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    is_secure = parts.scheme == "https"
    return Address(parts.hostname, parts.port or (443 if is_secure else 80), is_secure, parts.path.rstrip("/"))


class HttpConnections:
    """The thread and its loop. Safe to use from many threads."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="http-units", daemon=True)
        self._thread.start()
        self._idle: dict[Address, deque[tuple[float, _Connection]]] = {}
        self._tls: ssl.SSLContext | None = None
        self._opening: set[asyncio.Task[None]] = set()

    def send(self, address: Address, head: bytes, body: bytes, on_response: OnResponse) -> Exchange:
        """Send a request, whose head is complete. on_response: called in the loop's thread, which it must not keep."""
        exchange = Exchange(self._loop, head + body, on_response)
        self._loop.call_soon_threadsafe(self._begin, address, exchange)
        return exchange

    def close(self) -> None:
        """End all exchanges."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _begin(self, address: Address, exchange: Exchange) -> None:
        if exchange.is_over:
            return
        idle, oldest = self._idle.setdefault(address, deque()), self._loop.time() - _IDLE_SECONDS
        while idle:
            since, connection = idle.pop()
            if connection.is_open and since >= oldest:
                return connection.begin(exchange)
            connection.close()
        self._keep(self._loop.create_task(self._open(address, exchange)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, address: Address, exchange: Exchange) -> None:
        try:
            _, connection = await self._connected(
                address, lambda: _Connection(lambda used: self._release(address, used))
            )
        except (OSError, TimeoutError) as error:
            reason = getattr(error, "strerror", None) or str(error) or f"no answer within {_CONNECT_SECONDS:g} s"
            return exchange.end(None, ConnectionFailed(f"no connection to {address}: {reason}"))
        connection.begin(exchange)

    async def _connected(
        self, address: Address, protocol: Callable[[], _Protocol]
    ) -> tuple[asyncio.Transport, _Protocol]:
        if address.is_secure and self._tls is None:
            self._tls = ssl.create_default_context()
        tls = self._tls if address.is_secure else None
        connecting = self._loop.create_connection(protocol, address.host, address.port, ssl=tls)
        transport, found = await asyncio.wait_for(connecting, _CONNECT_SECONDS)
        return cast(asyncio.Transport, transport), found

    def _release(self, address: Address, connection: _Connection) -> None:
        self._idle[address].append((self._loop.time(), connection))


class Exchange:
    """A request and its response. connection: that the request was sent over; None before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, request: bytes, on_response: OnResponse) -> None:
        self._loop = loop
        self.request = request
        self._on_response = on_response
        self.connection: _Connection | None = None
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


class _Connection(asyncio.Protocol):
    """One exchange at a time. Also what httptools calls with the parts of a response."""

    def __init__(self, on_free: Callable[[_Connection], None]) -> None:
        self._on_free = on_free
        self._exchange: Exchange | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._is_complete = False
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def begin(self, exchange: Exchange) -> None:
        if exchange.is_over:  # cancelled while the connection was opened
            return self._on_free(self)
        self._exchange, exchange.connection = exchange, self
        self._transport.write(exchange.request)

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"the response is not HTTP/1.1: {error}")

    def eof_received(self) -> None:
        """A response without a length ends here."""
        if self._exchange is not None and self._body and not self._is_complete:
            self._finish(keep=False)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._fail("the connection ended before the response")

    def on_message_begin(self) -> None:
        self._body, self._is_complete = [], False

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:  # not "100 Continue"
            self._finish(self._parser.should_keep_alive())

    def _finish(self, keep: bool) -> None:
        self._is_complete = True
        exchange, self._exchange = self._exchange, None
        if exchange is None:  # nobody has asked
            return self.close()
        exchange.connection = None
        response = Response(self._parser.get_status_code(), b"".join(self._body))
        self._body = []
        if keep:
            self._on_free(self)
        else:
            self.close()
        exchange.end(response, None)

    def _fail(self, reason: str) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.end(None, ConnectionFailed(reason))
        if self.is_open:
            self.close()
