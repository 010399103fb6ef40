"""An Application that tells observers of each request and its response, those of refused requests too."""

from __future__ import annotations

from functools import partial

from ..http_server.protocol import Application, Headers, HttpRequest, Respond
from ..messages import Request
from ..operations.exchange import Exchange, owner_of
from ..operations.observers import Observers
from .routes import SCRAPED_PATHS, plain
from .wrapped_application import WrappedApplication

_CLIENT_HAS_GONE = 499  # as nginx logs it
# beside `urgent_paths`: the executor asks these as it asks a probe
_HEALTH = ("/health/status", "/api/v1.0/health/status")


class _HttpTransport:
    """A `Transport` of operations.exchange."""

    __slots__ = ("request",)

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def header(self, name: str) -> str:
        return self.request.header(name.encode())

    @property
    def peer(self) -> str:
        return self.request.peer

    @property
    def call(self) -> Request | None:
        return owner_of(self.request.cancel)


class ObservedApplication(WrappedApplication):
    """What it leaves out: requests of probes, and those for metrics."""

    def __init__(self, application: Application, observers: Observers, with_scrapes: bool) -> None:
        super().__init__(application)
        self._observers, self._keep_bodies = observers.observers, observers.keep_bodies
        self._silent = frozenset(_HEALTH if with_scrapes else (*_HEALTH, *SCRAPED_PATHS))

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        self._application(request, self._observed(request, respond))

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        self._application.respond_error(request, self._observed(request, respond), error)

    def _observed(self, request: HttpRequest, respond: Respond) -> Respond:
        path = plain(request.path)
        if path in self._silent or path in self.urgent_paths:
            return respond
        exchange = Exchange(request.method, path, _HttpTransport(request), request.body, self._keep_bodies)
        return partial(self._respond, exchange, respond)

    def _respond(self, exchange: Exchange, respond: Respond, status: int, headers: Headers, body: bytes) -> None:
        respond(status, headers, body)
        transport = exchange.transport
        has_gone = isinstance(transport, _HttpTransport) and transport.request.disconnected
        found = {name.lower(): value for name, value in headers}
        code = _CLIENT_HAS_GONE if has_gone else status
        exchange.end(code, body, found.get("content-type", ""), found.get("content-encoding", ""))
        for observe in self._observers:
            observe(exchange)
