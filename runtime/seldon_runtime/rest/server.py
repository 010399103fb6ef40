"""The HTTP/1.1 server: one event loop in one thread.

One loop is enough, because applications leave its thread soon: see protocol.py.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import uvloop

from ..system.ports import reserve, taken
from .client_timeouts import ClientTimeouts
from .connection import Connection
from .limits import HttpLimits
from .protocol import Application
from .server_state import ServerState

_BACKLOG = 4096
_CHECK_SECONDS = 1.0
_POLL_SECONDS = 0.02
_STOP_TIMEOUT = 2.0  # seconds that a client which neither sends nor reads can delay the stop
_TURNS = 3  # of the loop: a client is accepted in one, and is read from in a later one


class RestServer:
    """Serves an application on every IPv4 interface of this machine. A Transport."""

    def __init__(self, application: Application, port: int, limits: HttpLimits) -> None:
        """Reserve the port, so that nobody else has it. Raises PortTaken."""
        self._socket, self._port = reserve(port), port
        self._loop = uvloop.new_event_loop()
        self._state = ServerState(application, limits, self._loop)
        self._timeouts = ClientTimeouts(limits)
        self._timeouts_at_stop = ClientTimeouts(
            replace(limits, client_timeout=min(_STOP_TIMEOUT, limits.client_timeout))
        )
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)
        self._started = threading.Event()

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
        listen = self._loop.create_server(lambda: Connection(self._state), sock=self._socket, backlog=_BACKLOG)
        self._listener = self._loop.run_until_complete(listen)
        self._started.set()
        self._check_clients()
        self._loop.run_forever()

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
