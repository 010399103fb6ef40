"""The interface between the HTTP server and what it serves: `application(request, respond)`.

An application may respond later than it returns, from any thread, so that a request that waits holds no thread.
"""

from __future__ import annotations

from asyncio import BaseTransport
from collections.abc import Callable, Container
from typing import Protocol

from seldon_component.errors import CallError

Headers = tuple[tuple[str, str], ...]  # the server itself adds Content-Length, Date and Connection
Respond = Callable[[int, Headers, bytes], None]  # status, headers, body: called once, from any thread

ResponseLines = Callable[[dict[bytes, bytes]], bytes]  # headers of a request -> further lines for each response's head

_IPV4_IN_IPV6 = "::ffff:"  # what a socket that serves both families puts in front of an address of IPv4


class HttpRequest:
    """A request with all of its body.

    path: percent-decoded, each byte one character, as WSGI has it. query: as it was sent.
    headers: the names in lower case; the values of a repeated name are joined by commas.
    keep_alive: whether the client wants to use the connection again. lines: of `ResponseLines`, for the response.
    transport: of the connection; the server sets it.
    """

    __slots__ = (
        "method", "path", "query", "headers", "body", "keep_alive", "lines", "disconnected", "_on_disconnect",
        "transport",
    )  # fmt: skip

    def __init__(
        self,
        method: str,
        path: str,
        query: bytes = b"",
        headers: dict[bytes, bytes] | None = None,
        body: bytes | bytearray = b"",
        keep_alive: bool = True,
        lines: bytes = b"",
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = {} if headers is None else headers
        self.body = body
        self.keep_alive = keep_alive
        self.lines = lines
        self.disconnected = False
        self._on_disconnect: Callable[[], None] | None = None
        self.transport: BaseTransport

    def header(self, name: bytes) -> str:
        """The value of a header, or "". name: in lower case."""
        found = self.headers.get(name)
        return found.decode("latin-1") if found else ""

    @property
    def peer(self) -> str:
        """Address and port of the client; "" if they are not known."""
        transport = getattr(self, "transport", None)
        found = transport.get_extra_info("peername") if transport else None
        if not found:
            return ""
        address = found[0].removeprefix(_IPV4_IN_IPV6)
        return f"[{address}]:{found[1]}" if ":" in address else f"{address}:{found[1]}"

    @property
    def cancel(self) -> Callable[[], None] | None:
        """What `on_disconnect` was given."""
        return self._on_disconnect

    def on_disconnect(self, callback: Callable[[], None]) -> None:
        """Call back once the client has gone before it got its response: at once if it has gone already.

        The callback is called in any thread, at least once.
        """
        self._on_disconnect = callback
        if self.disconnected:
            callback()

    def disconnect(self) -> None:
        """Note that the client has gone."""
        self.disconnected = True
        if self._on_disconnect is not None:
            self._on_disconnect()


Handler = Callable[[HttpRequest, Respond], None]  # responds to a request, now or later


class Application(Protocol):
    """What is served. urgent_paths: of probes, whose requests go before all others."""

    @property
    def urgent_paths(self) -> Container[str]: ...

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        """Respond, now or later. Called in the thread of the event loop, which it must not keep."""

    def refusal(self, path: str) -> CallError | None:
        """Why a request for this path is refused before its body has arrived, or None."""

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        """Tell the client of an error that the server has found, in the form of the path's protocol.

        request: as much of it as has arrived. Its method and path may be "".
        """
