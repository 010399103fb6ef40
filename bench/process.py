"""A server's life on the cores that it is given."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import grpc

from .payloads import Payload
from .servers import Server
from .wires import SELDON_GRPC

_PATIENCE = 60.0  # seconds until a server has to answer
_PAUSE = 0.002
_NO_LIMITS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class NotServing(Exception):
    """A server that ended, or that does not answer as it should."""


class Process:
    """Started at once; `started` is the time.monotonic() of it."""

    def __init__(self, server: Server, cores: str, log: Path) -> None:
        self.server = server
        self._log = log
        ports = dict(zip(("port", "port2", "port3"), _free_ports(3), strict=True))
        self.port = ports["port"]
        command = [word.format(**ports) for word in server.command]
        variables = {name: text.format(**ports) for name, text in server.variables().items()}
        with log.open("w") as output:
            self.started = time.monotonic()
            self._process = subprocess.Popen(
                ["taskset", "-c", cores, *command],
                cwd=server.folder,
                env={**os.environ, **variables},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def url(self, payload: Payload) -> str:
        return f"http://127.0.0.1:{self.port}{self.server.wire.path_of(payload)}"

    def ask(self, payload: Payload) -> bytes:
        """The answer's body, a frame for gRPC. Raises OSError while nobody listens, NotServing for an error."""
        ask = _ask_grpc if self.server.wire is SELDON_GRPC else _ask_http
        return ask(self.port, self.server.wire.path_of(payload), self.server.wire.encode(payload))

    def seconds_to_first_answer(self, payload: Payload) -> float:
        """From the process's start to its first 200. Raises NotServing after a minute without one."""
        while True:
            try:
                self.ask(payload)
                return time.monotonic() - self.started
            except (OSError, NotServing, http.client.HTTPException):
                if self._process.poll() is not None or time.monotonic() - self.started > _PATIENCE:
                    self.stop()
                    raise NotServing(f"{self.server.name} does not serve:\n{self._log.read_text()[-2000:]}") from None
                time.sleep(_PAUSE)

    def stop(self) -> None:
        """With all its processes, which are one session."""
        _signal(self.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        _signal(self.pid, signal.SIGKILL)
        self._process.wait()


def _signal(session: int, number: signal.Signals) -> None:
    try:
        os.killpg(session, number)
    except ProcessLookupError:
        pass


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _ask_http(port: int, path: str, body: bytes) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise NotServing(f"{response.status}: {answer[:1000]!r}")
    return answer


def _ask_grpc(port: int, path: str, frame: bytes) -> bytes:
    unchanged: Callable[[bytes], bytes] = bytes
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=_NO_LIMITS) as channel:
        call = channel.unary_unary(path, unchanged, unchanged)
        try:
            answer = call(frame[5:], timeout=_PATIENCE)
        except grpc.RpcError as error:
            raise NotServing(str(error)) from None
    return b"\0" + len(answer).to_bytes(4, "big") + answer
