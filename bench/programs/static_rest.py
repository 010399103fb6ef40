"""The limit for REST: our HTTP server with responses that are ready. static_rest.py <port> <folder of responses>

The path is the file name of the response. The server reads the whole request before it responds.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from seldon_runtime.config.environment import read_settings
from seldon_runtime.http_server.limits import HttpLimits
from seldon_runtime.http_server.protocol import HttpRequest, Respond
from seldon_runtime.http_server.server import HttpServer
from seldon_runtime.rest.error_response import JSON


class Responses:
    """An Application."""

    urgent_paths = ()

    def __init__(self, bodies: dict[str, bytes]) -> None:
        """bodies: path -> the response's body."""
        self._bodies = bodies

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        respond(200, JSON, self._bodies[request.path])

    def refusal(self, path: str) -> None:
        """Every request is taken."""


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    responses = Responses({f"/{path.name}": path.read_bytes() for path in folder.iterdir()})
    HttpServer(responses, port, HttpLimits(read_settings(["Static"]).serving.max_body_bytes)).start()
    threading.Event().wait()


main()
