"""An Application whose responses are counted, those to refused requests included."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container
from functools import partial
from time import perf_counter

from seldon_component.errors import CallError

from ..monitoring.drops import DropCounts
from ..monitoring.responses import UNREAD, ResponseCounts
from .protocol import Application, Headers, HttpRequest, Respond


class CountedApplication:
    """Passes every request on to `application`. See `Application`.

    A response is counted before it is sent, so that a client which has it finds it counted.
    """

    def __init__(self, application: Application, responses: ResponseCounts, drops: DropCounts) -> None:
        self._application = application
        self._responses = responses
        self._drops = drops

    @property
    def urgent_paths(self) -> Container[str]:
        return self._application.urgent_paths

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        counted = _Counted()  # its attributes are set here, because a call of `__init__` takes as long as the rest
        counted.begun, counted.request, counted.respond, counted.responses = (
            perf_counter(),
            request,
            respond,
            self._responses,
        )
        self._application(request, counted)

    def refusal(self, path: str) -> CallError | None:
        return self._application.refusal(path)

    def respond_error(self, path: str, respond: Respond, error: Exception) -> None:
        """A request that was refused before it was read took no time, and nobody knows its method."""
        self._drops.note(error)
        self._application.respond_error(path, partial(self._refuse, path, respond), error)

    def _refuse(self, path: str, respond: Respond, status: int, headers: Headers, body: bytes) -> None:
        self._responses.add(path, UNREAD, status, 0.0)
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
