"""The HTTP/1.1 server: one event loop in one thread.

One loop is enough, because applications leave its thread soon: see protocol.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from functools import partial

import uvloop

from ..system.busy_loop import busy_loop
from ..system.ports import ALL, reserve, taken
from .client_timeouts import ClientTimeouts
from .connection import Connection
from .echo import echo
from .limits import HttpLimits
from .protocol import Application, ResponseLines
from .server_state import ServerState

_BACKLOG = 4096
_FEW_CLIENTS = 8  # so few connections that nobody waits for long if one is accepted in a turn of the loop
_MOST_CLIENTS = 128  # that are accepted in one turn of the loop
_LONGEST_BUSY = 0.05  # seconds
_CHECK_SECONDS = 1.0
_POLL_SECONDS = 0.02
_STOP_TIMEOUT = 2.0  # seconds that a client which neither sends nor reads can delay the stop
_TURNS = 3  # of the loop: a client is accepted in one, and is read from in a later one


class HttpServer:
    """Serves an application over HTTP. A Transport."""

    def __init__(
        self,
        application: Application,
        port: int,
        limits: HttpLimits,
        host: str = ALL,
        lines_of: ResponseLines = echo,
    ) -> None:
        """Reserve the port, so that nobody else has it. See `reserve` for the host and for what is raised."""
        self._socket, self._port = reserve(port, host), port
        self._loop = uvloop.new_event_loop()
        self._state = ServerState(application, limits, self._loop, lines_of)
        self._timeouts = ClientTimeouts(limits)
        self._timeouts_at_stop = ClientTimeouts(
            limits._replace(client_timeout=min(_STOP_TIMEOUT, limits.client_timeout))
        )
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)
        self._started = threading.Event()
        self._connecting: set[asyncio.Task[object]] = set()

    def start(self) -> None:
        """Listen on the port, and accept connections. Raises PortTaken."""
        try:
            self._socket.listen(_BACKLOG)
        except OSError as error:  # another server had reserved it, too, and was faster
            raise taken(self._port, error) from None
        self._thread.start()
        self._started.wait()

    def model_changed(self) -> None:
        """Nobody to tell: /ready asks the model itself."""

    def drain(self) -> None:
        """Go on as before, but close each connection after its next response."""
        self._state.stopping = True

    def stop(self, grace_period: float) -> bool:
        """Accept no more, answer what is in flight. False if that took longer than `grace_period` seconds."""
        if not self._thread.is_alive():
            self._socket.close()
            self._loop.close()
            return True
        drained = asyncio.run_coroutine_threadsafe(self._end(grace_period), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        return drained

    def _serve(self) -> None:
        self._state.thread = threading.get_ident()
        listen = self._loop.create_server(self._welcome, sock=self._socket, backlog=_BACKLOG)
        self._listener = self._loop.run_until_complete(listen)
        self._started.set()
        self._check_clients()
        self._loop.run_forever()

    def _welcome(self) -> Connection:
        """The protocol of a client that uvloop has accepted. It accepts one in a turn of the loop."""
        if len(self._state.connections) > _FEW_CLIENTS:
            self._accept_others()
        return Connection(self._state)

    def _accept_others(self) -> None:
        """Leave those waiting for whom there is no room: out of files, libuv would reset them all, probes as well."""
        most = min(_MOST_CLIENTS, self._state.room() - len(self._connecting))
        count = 0
        with contextlib.suppress(OSError):  # nobody waits
            while count < most:
                self._connect(self._socket.accept()[0])
                count += 1
        if busy_loop.note_clients(count):
            self._loop.call_later(_LONGEST_BUSY, busy_loop.end)  # they may send nothing

    def _connect(self, client: socket.socket) -> None:
        task = self._loop.create_task(self._loop.connect_accepted_socket(partial(Connection, self._state), client))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def _check_clients(self) -> None:
        self._timeouts.check(self._state.connections, self._loop.time())
        self._loop.call_later(_CHECK_SECONDS, self._check_clients)

    async def _end(self, grace_period: float) -> bool:
        connections = self._state.connections
        await _turns(_TURNS)  # accepts the clients that have connected
        self._listener.close()
        await _turns(_TURNS)  # reads what they have sent
        self._state.stopping = True
        for connection in tuple(connections):
            connection.finish()
        end = self._loop.time() + grace_period
        while connections and (now := self._loop.time()) < end:
            self._timeouts_at_stop.check(connections, now)
            await asyncio.sleep(_POLL_SECONDS)
        drained = not connections
        for connection in tuple(connections):
            connection.abort()
        return drained


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
