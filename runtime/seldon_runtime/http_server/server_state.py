"""What the connections of one server share."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import Protocol

from ..errors import TooManyBodyBytes
from ..system.busy_loop import busy_loop
from ..system.idle_memory import LARGE, idle_memory
from ..system.turn import turn
from .client_timeouts import Client
from .limits import HttpLimits
from .protocol import Application, Headers, HttpRequest, ResponseLines

_MOST_SURPLUS = 192  # connections beyond the limit; fewer than open_files.RESERVE
_LONGEST_TURN = 0.005  # seconds until the loop looks at its sockets again


class Connection(Client, Protocol):
    """What the server does with a connection."""

    def is_urgent(self) -> bool:
        """Whether its next request is a probe."""

    def write_response(self, request: HttpRequest, status: int, headers: Headers, body: bytes) -> None:
        """Send the response, in the loop's thread."""

    def advance(self) -> None:
        """Begin the next request, if none is in hand."""

    def dismiss(self) -> None:
        """Refuse it, and close it at once."""


_Response = tuple[Connection, HttpRequest, int, Headers, bytes]


class ServerState:
    """thread: the id of the event loop's. stopping: whether each response closes its connection."""

    def __init__(
        self, application: Application, limits: HttpLimits, loop: asyncio.AbstractEventLoop, lines_of: ResponseLines
    ) -> None:
        self.application = application
        self.urgent_paths = application.urgent_paths
        self.lines_of = lines_of
        self.limits = limits
        self.loop = loop
        self.connections: set[Connection] = set()
        self.surplus: dict[Connection, None] = {}  # those beyond the limit, in the order of their arrival
        self.responses = ResponseQueue(loop)
        self.thread = 0
        self.stopping = False
        self.bodies = Bodies(limits.all_body_bytes)
        self._urgent: list[Connection] = []
        self._patient: list[Connection] = []

    def room(self) -> int:
        """How many more connections may be open at once, those beyond the limit included."""
        return self.limits.connections + _MOST_SURPLUS - len(self.connections)

    def add_surplus(self, connection: Connection) -> Connection | None:
        """Note a connection beyond the limit. Returns the oldest of them if there are too many.

        Not the new one: it may be that of a probe, while an older one has had the time for its request.
        """
        self.surplus[connection] = None
        if len(self.surplus) <= _MOST_SURPLUS:
            return None
        oldest = next(iter(self.surplus))
        del self.surplus[oldest]
        return oldest

    def advance_soon(self, connection: Connection) -> None:
        """Let all connections that have something to read read it first, then begin their requests together.

        uvloop gives the interpreter's lock away between two reads. A thread that works on the first request would take
        it, and give it back for the second one: two changes of threads a request instead of two for all of them.
        """
        busy_loop.note_read()
        if not self._patient and not self._urgent:
            self.loop.call_soon(self._advance_all)
        (self._urgent if connection.is_urgent() else self._patient).append(connection)

    def _advance_all(self) -> None:
        """Take turns with the loop, so that a probe which comes now need not wait for all that came before."""
        busy_loop.note_turn()
        connections, self._urgent, self._patient = self._urgent + self._patient, [], []
        end = time.monotonic() + _LONGEST_TURN
        with turn:
            for number, connection in enumerate(connections, 1):
                connection.advance()
                if number < len(connections) and time.monotonic() > end:
                    self._patient = connections[number:]
                    self.loop.call_soon(self._advance_all)
                    return


class Bodies:
    """How large the bodies of the requests in hand are, of those that came in several pieces."""

    def __init__(self, most: int) -> None:
        """most: bytes of all together."""
        self._most = most
        self.size = 0

    def reserve(self, size: int, reserved: int) -> int:
        """Have room for a body of `size` bytes, which has `reserved` bytes already. Returns what it has then.

        Raises TooManyBodyBytes.
        """
        size = max(size, reserved)
        found = self.size + size - reserved
        if found > self._most:
            raise TooManyBodyBytes(
                f"the bodies of all requests: expected at most {self._most} bytes together, found {found}"
            )
        self.size = found
        return size

    def release(self, reserved: int) -> int:
        """The opposite. Returns 0, which the body has then."""
        self.size -= reserved
        if reserved > LARGE:
            idle_memory.note_large_message()
        return 0


class ResponseQueue:
    """Responses on their way from other threads to the event loop, which wakes up once for all that have come."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._responses: deque[_Response] = deque()
        self._is_woken = False

    def put(self, response: _Response) -> None:
        self._responses.append(response)
        if not self._is_woken:
            self._is_woken = True
            with contextlib.suppress(RuntimeError):  # the server has stopped, and the loop is closed
                self._loop.call_soon_threadsafe(self._write_all)

    def _write_all(self) -> None:
        self._is_woken = False  # before the queue is read, so that a later response wakes the loop again
        end = time.monotonic() + _LONGEST_TURN
        while self._responses:
            connection, request, status, headers, body = self._responses.popleft()
            connection.write_response(request, status, headers, body)
            if self._responses and time.monotonic() > end:
                self._is_woken = True
                self._loop.call_soon(self._write_all)
                return
