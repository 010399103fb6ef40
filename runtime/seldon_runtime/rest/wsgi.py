"""WSGI applications (PEP 3333) behind the HTTP server, in threads: each holds its thread until it has its response."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..system.thread_pool import ThreadPool
from .error_response import respond_error
from .protocol import Handler, HttpRequest, Respond

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Environ = dict[str, Any]
_SERVER: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",  # for a request without a Host
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.url_scheme": "http",
    "wsgi.version": (1, 0),
}


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


def from_wsgi(wsgi: WSGIApplication) -> Handler:
    """A Handler that responds with all that a WSGI application returns."""

    def application(request: HttpRequest, respond: Respond) -> None:
        head: list[Any] = []
        chunks = wsgi(to_environ(request), lambda status, headers, exc_info=None: head.append((status, headers)))  # type: ignore[arg-type]
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = head[-1]
        respond(int(status.split(" ", 1)[0]), tuple(headers), body)

    return application


def to_environ(request: HttpRequest) -> Environ:
    """WSGI's view of a request."""
    headers = {
        "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
        for name, value in request.headers.items()
        if b"_" not in name  # or it could pass for another header's name
    }
    return {
        **_SERVER,
        **headers,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query.decode("latin-1"),
        "CONTENT_TYPE": request.header(b"content-type"),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": io.BytesIO(request.body),
    }
