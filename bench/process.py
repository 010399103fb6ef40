"""A server's process on given cores, from its start to its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress

from .client import send, wait_for_response
from .environments import HOME
from .errors import BenchError
from .payloads import Payload
from .servers import Server

_GRACE = 10  # seconds until a server that ends is killed


class Process:
    """Starts the server on free ports of 127.0.0.1. Its output goes to a file in .bench/logs."""

    def __init__(self, server: Server, cores: str) -> None:
        self.server = server
        self._log = HOME / "logs" / f"{server.name}.txt"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        ports = dict(zip(("port", "port2", "port3"), free_ports(3), strict=True))
        self.port = ports["port"]
        command = ["taskset", "-c", cores, *(word.format(**ports) for word in server.command)]
        variables = {name: text.format(**ports) for name, text in server.install().items()}
        environment = {**os.environ, **variables}
        with self._log.open("w") as output:
            self._started = time.monotonic()
            self._process = subprocess.Popen(
                command, cwd=server.folder, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        self.pid = self._process.pid

    def url(self, payload: Payload) -> str:
        return f"http://127.0.0.1:{self.port}{self.server.wire.path_of(payload)}"

    def send(self, payload: Payload) -> bytes:
        """The response's body, a frame for gRPC. Raises BenchError."""
        return send(self.server.wire, self.port, payload)

    def seconds_to_first_response(self, payload: Payload) -> float:
        """The time from the process's start to its first 200. Raises BenchError."""
        try:
            wait_for_response(self.server.wire, self.port, payload, lambda: self._process.poll() is None)
        except BenchError as error:
            self.stop()
            raise BenchError(f"{self.server.name}: {error}\n{self._log.read_text()[-2000:]}") from None
        return time.monotonic() - self._started

    def stop(self) -> None:
        """End the server with all its processes, which are one session."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def free_ports(count: int) -> list[int]:
    """`count` different ports of 127.0.0.1 that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
