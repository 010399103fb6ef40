"""The limit for REST: our HTTP server with an answer that is ready. static_rest.py <port> <folder of answers>

The path is the answer's file name; the request is read as a whole before it is answered.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from seldon_runtime.rest.server import RestServer
from seldon_runtime.settings import read_settings


def application(answers: dict[str, bytes]) -> Any:
    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read()
        body = answers[environ["PATH_INFO"]]
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    answers = {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}
    RestServer(application(answers), port, read_settings(["Static"]).server_threads).start()
    threading.Event().wait()


main()
