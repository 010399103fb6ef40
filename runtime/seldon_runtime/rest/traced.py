"""An Application whose requests have a span each."""

from __future__ import annotations

from collections.abc import Container
from functools import partial
from time import time_ns

from seldon_component.errors import CallError

from ..monitoring.responses import RouteOf
from ..operations.traces.parent import parent_reader
from ..operations.traces.spans import http_span
from ..operations.traces.tracer import SAMPLED, ServerSpan, Tracer
from .protocol import Application, Headers, HttpRequest, Respond
from .traced_paths import span_routes

_LONGEST = 1024  # characters of a text of the client that is kept


class TracedApplication:
    """Passes every request on to `application`, with the header `traceparent` of its span, and records the response.

    A request that is refused before all of it has arrived has no span.
    """

    def __init__(self, application: Application, tracer: Tracer, port: int, routes: RouteOf) -> None:
        self._application = application
        self._tracer = tracer
        self._read = parent_reader(tracer.propagators, str.encode)
        self._port, self._route_of = port, span_routes(routes)

    @property
    def urgent_paths(self) -> Container[str]:
        return self._application.urgent_paths

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        route = self._route_of(request.path)
        if route is None:
            return self._application(request, respond)
        start, headers = time_ns(), request.headers
        span = self._tracer.begin(self._read, request.header)
        request.headers = {**headers, b"traceparent": span[0].encode()}  # the parser may use the old one again
        if span[0].endswith(SAMPLED):
            agent = headers.get(b"user-agent", b"")
            respond = partial(
                self._record, respond, span, start, request.method, request.path[:_LONGEST], route, agent[:_LONGEST]
            )
        try:
            self._application(request, respond)
        except Exception as error:
            self._application.respond_error(request.path, respond, error)

    def refusal(self, path: str) -> CallError | None:
        """See `Application`."""
        return self._application.refusal(path)

    def respond_error(self, path: str, respond: Respond, error: Exception) -> None:
        """See `Application`."""
        self._application.respond_error(path, respond, error)

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
