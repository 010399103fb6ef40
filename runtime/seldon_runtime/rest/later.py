"""Handlers that respond later: once they are made, or from a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..http_server.protocol import Handler, HttpRequest, Respond
from ..system.thread_pool import ThreadPool
from .error_response import respond_error


class LazyHandler:
    """A Handler that is made when the first request asks for it."""

    def __init__(self, make: Callable[[], Handler]) -> None:
        self._make = make
        self._making = threading.Lock()
        self._made: Handler | None = None

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        if self._made is None:
            with self._making:
                self._made = self._made or self._make()
        self._made(request, respond)


def in_threads(handler: Handler, threads: ThreadPool) -> Handler:
    """A Handler that leaves the event loop at once."""

    def run(request: HttpRequest, respond: Respond) -> None:
        try:
            handler(request, respond)
        except Exception as error:
            respond_error(respond, error)

    return lambda request, respond: threads.do(run, request, respond)
