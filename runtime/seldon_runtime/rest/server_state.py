"""What the connections of one server share."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Protocol

from .protocol import Application, Headers, HttpRequest


class Connection(Protocol):
    """What the server does with a connection."""

    def write_response(self, request: HttpRequest, status: int, headers: Headers, body: bytes) -> None:
        """Send the response, in the loop's thread."""

    def finish(self) -> None:
        """Close the connection, now or after the response to the request that has begun."""

    def abort(self) -> None:
        """Close the connection now."""


_Response = tuple[Connection, HttpRequest, int, Headers, bytes]


class ServerState:
    """connections: the open ones. in_hand: those with a request that waits for its response.

    thread: the id of the event loop's. stopping: whether each response closes its connection.
    """

    def __init__(self, application: Application, max_body_bytes: int, loop: asyncio.AbstractEventLoop) -> None:
        self.application = application
        self.max_body_bytes = max_body_bytes
        self.loop = loop
        self.connections: set[Connection] = set()
        self.in_hand: set[Connection] = set()
        self.responses = ResponseQueue(self)
        self.thread = 0
        self.stopping = False

    def call_soon(self, call: Callable[[], None]) -> None:
        """Call in the loop's thread, from any thread. After the server has stopped nothing is called."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(call)


class ResponseQueue:
    """Responses on their way from other threads to the event loop, which wakes up once for all that have come."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._responses: deque[_Response] = deque()
        self._is_woken = False

    def put(self, response: _Response) -> None:
        self._responses.append(response)
        if not self._is_woken:
            self._is_woken = True
            self._state.call_soon(self._write_all)

    def _write_all(self) -> None:
        self._is_woken = False  # before the queue is read, so that a later response wakes the loop again
        while self._responses:
            connection, request, status, headers, body = self._responses.popleft()
            connection.write_response(request, status, headers, body)
