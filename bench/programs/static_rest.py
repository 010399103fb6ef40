"""The limit for REST: our HTTP server with an answer that is ready. static_rest.py <port> <folder of answers>

The path is the answer's file name; the request is read as a whole before it is answered.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from seldon_runtime.config.settings import read_settings
from seldon_runtime.rest.error_response import JSON
from seldon_runtime.rest.protocol import Application, HttpRequest, Respond
from seldon_runtime.rest.server import RestServer


def create_application(answers: dict[str, bytes]) -> Application:
    def application(request: HttpRequest, respond: Respond) -> None:
        respond(200, JSON, answers[request.path])

    return application


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    answers = {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}
    RestServer(create_application(answers), port, read_settings(["Static"]).max_body_bytes).start()
    threading.Event().wait()


main()
