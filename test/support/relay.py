"""A package index as a server that a test chooses: over TLS, or as a proxy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import urlopen

from support.package_index import Index


class Relay(BaseHTTPRequestHandler):
    """Answers with what the index says, whether it is asked as a server or as a proxy."""

    def __init__(self, index: Index, asked: list[str], *arguments: object) -> None:
        self._index, self._asked = index, asked
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._asked.append(self.path)
        with urlopen(self._index.url.removesuffix("/simple/") + urlsplit(self.path).path) as answer:
            body = answer.read()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """What it was asked is in the list."""


def served(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


