"""A server that takes CloudEvents over HTTP, as a broker does, and behaves as a test says."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self


class Taken(NamedTuple):
    """One event: its headers with names in lower case, and its body."""

    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The last word of its type."""
        return self.headers["ce-type"].rpartition(".")[2]


class EventSink:
    """status: of its responses. gate: a response waits for it. events: all that has arrived."""

    def __init__(self, status: int = 202) -> None:
        self.status = status
        self.events: list[Taken] = []
        self.gate = threading.Event()
        self.gate.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/events?a=b"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def kinds(self) -> list[str]:
        """The kind of each event, sorted, because events travel over several connections."""
        return sorted(event.kind for event in self.events)

    def of(self, kind: str) -> Taken:
        """The only event of a kind."""
        found = [event for event in self.events if event.kind == kind]
        assert len(found) == 1, self.kinds()
        return found[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/events?a=b"
                sink.events.append(Taken({name.lower(): value for name, value in self.headers.items()}, body))
                sink.gate.wait()
                self.send_response(sink.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        return Handler
