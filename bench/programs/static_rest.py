"""The limit for REST: our HTTP server with responses that are ready. static_rest.py <port> <folder of responses>

The path is the file name of the response. The server reads the whole request before it responds.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from seldon_runtime.config.settings import read_settings
from seldon_runtime.rest.protocol import Application, Environ, Respond
from seldon_runtime.rest.server import RestServer


def application(responses: dict[str, bytes]) -> Application:
    def call(environ: Environ, respond: Respond) -> None:
        environ["wsgi.input"].read()
        body = responses[environ["PATH_INFO"]]
        respond(200, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)

    return call


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    responses = {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}
    RestServer(application(responses), port, read_settings(["Static"]).server_threads).start()
    threading.Event().wait()


main()
