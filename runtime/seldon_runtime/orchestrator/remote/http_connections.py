"""HTTP/1.1 as a client: one event loop in one thread for all servers, and connections that are used again."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections import deque
from typing import NamedTuple
from urllib.parse import urlsplit

import uvloop

from .http_connection import Connection, ConnectionFailed, Exchange, OnResponse

_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 4.0  # after which a connection is not used again; uvicorn, the most impatient server, closes it after 5


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
        self._idle: dict[Address, deque[tuple[float, Connection]]] = {}
        self._connections: set[Connection] = set()
        self._opening: dict[asyncio.Task[None], Exchange] = {}
        self._tls: ssl.SSLContext | None = None

    def send(self, address: Address, head: bytes, body: bytes, on_response: OnResponse) -> Exchange:
        """Send a request, whose head is complete. on_response: called in the loop's thread, which it must not keep.

        Once the connections are closed, it is called here.
        """
        exchange = Exchange(self._loop, head + body, on_response)
        try:
            self._loop.call_soon_threadsafe(self._begin, address, exchange)
        except RuntimeError:
            exchange.end(None, ConnectionFailed(f"no connection to {address}: this server has ended"))
        return exchange

    def close(self) -> None:
        """End all exchanges."""
        with contextlib.suppress(RuntimeError):  # it has been closed before
            self._loop.call_soon_threadsafe(self._end)
            self._thread.join()
            self._loop.close()

    def _end(self) -> None:
        for task, exchange in list(self._opening.items()):
            task.cancel()
            exchange.end(None, ConnectionFailed("this server has ended"))
        for connection in list(self._connections):
            connection.close("this server has ended")
        self._loop.call_soon(self._loop.stop)

    def _begin(self, address: Address, exchange: Exchange) -> None:
        if exchange.is_over:
            return
        idle, oldest = self._idle.setdefault(address, deque()), self._loop.time() - _IDLE_SECONDS
        while idle:
            since, connection = idle.pop()
            if connection.is_open and since >= oldest:
                return connection.begin(exchange)
            connection.close()
        task = self._loop.create_task(self._open(address, exchange))
        self._opening[task] = exchange
        task.add_done_callback(self._opening.pop)

    async def _open(self, address: Address, exchange: Exchange) -> None:
        try:
            connection = await asyncio.wait_for(self._connected(address), _CONNECT_SECONDS)
        except (OSError, TimeoutError) as error:
            reason = getattr(error, "strerror", None) or str(error) or f"no answer within {_CONNECT_SECONDS:g} s"
            return exchange.end(None, ConnectionFailed(f"no connection to {address}: {reason}"))
        self._connections.add(connection)
        connection.begin(exchange)

    async def _connected(self, address: Address) -> Connection:
        if address.is_secure and self._tls is None:
            self._tls = ssl.create_default_context()
        tls = self._tls if address.is_secure else None

        def create() -> Connection:
            return Connection(lambda used: self._release(address, used), self._connections.discard)

        _, connection = await self._loop.create_connection(create, address.host, address.port, ssl=tls)
        return connection

    def _release(self, address: Address, connection: Connection) -> None:
        """Keep a connection for the next request, and none that was idle for too long."""
        idle, now = self._idle[address], self._loop.time()
        idle.append((now, connection))
        while not idle[0][1].is_open or idle[0][0] < now - _IDLE_SECONDS:
            idle.popleft()[1].close()
