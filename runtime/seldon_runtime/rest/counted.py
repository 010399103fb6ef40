"""An Application whose responses are counted, those to refused requests included."""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from time import perf_counter

from ..http_server.protocol import Application, Headers, HttpRequest, Respond
from ..monitoring.drops import DropCounts
from ..monitoring.responses import UNREAD, ResponseCounts
from .wrapped_application import WrappedApplication


class CountedApplication(WrappedApplication):
    """A response is counted before it is sent, so that a client which has it finds it counted."""

    def __init__(self, application: Application, responses: ResponseCounts, drops: DropCounts) -> None:
        super().__init__(application)
        self._responses = responses
        self._drops = drops

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        counted = _Counted()  # its attributes are set here, because a call of `__init__` takes as long as the rest
        counted.begun, counted.request, counted.respond, counted.responses = (
            perf_counter(),
            request,
            respond,
            self._responses,
        )
        self._application(request, counted)

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        """A request that was refused before all of it had arrived took no time."""
        self._drops.note(error)
        self._application.respond_error(request, partial(self._refuse, request, respond), error)

    def _refuse(self, request: HttpRequest, respond: Respond, status: int, headers: Headers, body: bytes) -> None:
        self._responses.add(request.path, request.method or UNREAD, status, 0.0)
        respond(status, headers, body)


class _Counted:
    """The Respond of one request."""

    __slots__ = ("begun", "request", "respond", "responses")

    begun: float
    request: HttpRequest
    respond: Respond
    responses: ResponseCounts

    def __call__(self, status: int, headers: Headers, body: bytes) -> None:
        seconds, request, responses = perf_counter() - self.begun, self.request, self.responses
        try:
            cells = responses.cells.by_path[request.path][request.method][status]
        except KeyError:  # the first one of its kind in this thread
            responses.add(request.path, request.method, status, seconds)
        else:
            cells[0] += seconds
            cells[bisect_left(responses.bounds, seconds) + 1] += 1
        self.respond(status, headers, body)
