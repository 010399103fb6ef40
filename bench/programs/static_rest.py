"""The limit for REST: our HTTP server with an answer that is ready. static_rest.py <port> <folder of answers>

The path is the answer's file name; the request is read as a whole before it is answered.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from seldon_runtime.config.settings import read_settings
from seldon_runtime.rest.protocol import Application, Environ, Respond
from seldon_runtime.rest.server import RestServer


def application(answers: dict[str, bytes]) -> Application:
    def answer(environ: Environ, respond: Respond) -> None:
        environ["wsgi.input"].read()
        body = answers[environ["PATH_INFO"]]
        respond(200, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)

    return answer


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    answers = {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}
    RestServer(application(answers), port, read_settings(["Static"]).server_threads).start()
    threading.Event().wait()


main()
