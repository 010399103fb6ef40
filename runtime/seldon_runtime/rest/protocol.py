"""What serves HTTP requests: `application(environ, respond)`, which may answer later than it returns.

A WSGI application holds its thread until the answer is there; one of ours leaves it as soon as the question is asked,
and the thread that has the component's answer sends it. That saves every request a wake-up.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Environ = dict[str, Any]  # WSGI's (PEP 3333)
Respond = Callable[[int, list[tuple[str, str]], bytes], None]  # status, headers, body: once, from any thread
Application = Callable[[Environ, Respond], None]

_WSGI: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class LazyApplication:
    """An Application that is made when the first request asks for it."""

    def __init__(self, make: Callable[[], Application]) -> None:
        self._make = make
        self._making = threading.Lock()
        self._made: Application | None = None

    def __call__(self, environ: Environ, respond: Respond) -> None:
        if self._made is None:
            with self._making:
                self._made = self._made or self._make()
        self._made(environ, respond)


def from_wsgi(wsgi: WSGIApplication) -> Application:
    """An Application that answers with a WSGI application's whole answer."""

    def application(environ: Environ, respond: Respond) -> None:
        head: list[Any] = []
        chunks = wsgi(_WSGI | environ, lambda status, headers, exc_info=None: head.append((status, headers)))  # type: ignore[arg-type]
        try:
            body = b"".join(chunks)
        finally:
            getattr(chunks, "close", bool)()
        status, headers = head[-1]
        respond(int(status.split(" ", 1)[0]), headers, body)

    return application
