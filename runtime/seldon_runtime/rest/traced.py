"""An Application whose requests have a span each."""

from __future__ import annotations

from functools import partial
from time import time_ns

from ..http_server.protocol import Application, Headers, HttpRequest, Respond
from ..monitoring.responses import RouteOf
from ..operations.traces.parent import parent_reader
from ..operations.traces.spans import http_span
from ..operations.traces.tracer import SAMPLED, ServerSpan, Tracer
from .traced_paths import span_routes
from .wrapped_application import WrappedApplication

_LONGEST = 1024  # characters of a text of the client that is kept


class TracedApplication(WrappedApplication):
    """Passes a request on with the header `traceparent` of its span, and records the response."""

    def __init__(self, application: Application, tracer: Tracer, port: int, routes: RouteOf) -> None:
        super().__init__(application)
        self._tracer = tracer
        self._read = parent_reader(tracer.propagators, str.encode)
        self._port, self._route_of = port, span_routes(routes)

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        respond = self._traced(request, respond)
        try:
            self._application(request, respond)
        except Exception as error:
            self._application.respond_error(request, respond, error)

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        """The span of a request that was refused before all of it had arrived has no length."""
        self._application.respond_error(request, self._traced(request, respond), error)

    def _traced(self, request: HttpRequest, respond: Respond) -> Respond:
        route = self._route_of(request.path)
        if route is None:
            return respond
        start, headers = time_ns(), request.headers
        span = self._tracer.begin(self._read, request.header)
        request.headers = {**headers, b"traceparent": span[0].encode()}  # the parser may use the old one again
        if span[0].endswith(SAMPLED):
            agent = headers.get(b"user-agent", b"")
            respond = partial(
                self._record, respond, span, start, request.method, request.path[:_LONGEST], route, agent[:_LONGEST]
            )
        return respond

    def _record(
        self,
        respond: Respond,
        span: ServerSpan,
        start: int,
        method: str,
        path: str,
        route: str,
        agent: bytes,
        status: int,
        headers: Headers,
        body: bytes,
    ) -> None:
        """The Respond of a request."""
        self._tracer.queue.add((http_span, span, start, time_ns(), self._port, method, path, route, agent, status))
        respond(status, headers, body)
