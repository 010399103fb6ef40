"""The limit for REST: our HTTP server with responses that are ready. static_rest.py <port> <folder of responses>

The path is the file name of the response. The server reads the whole request before it responds.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from seldon_runtime.config.environment import read_settings
from seldon_runtime.rest.error_response import JSON
from seldon_runtime.rest.protocol import Application, HttpRequest, Respond
from seldon_runtime.rest.server import RestServer


def create_application(responses: dict[str, bytes]) -> Application:
    def application(request: HttpRequest, respond: Respond) -> None:
        respond(200, JSON, responses[request.path])

    return application


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    responses = {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}
    RestServer(create_application(responses), port, read_settings(["Static"]).serving.max_body_bytes).start()
    threading.Event().wait()


main()
