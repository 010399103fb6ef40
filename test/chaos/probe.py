"""Asks for /health/ping again and again, each time over a new connection, as a kubelet does.

It is a process of its own, so that the clients of the campaign do not delay it: `python probe.py <port>`.
A line of its output is one probe: its beginning (a monotonic time), its seconds, and `ok` or what came in its place.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

_EVERY = 0.02  # seconds
_REQUEST = b"GET /health/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
_LIMIT = 60.0  # seconds


class Probe(NamedTuple):
    begun: float
    seconds: float
    result: str


class Prober:
    """The process, from the beginning of a round to its end."""

    def __init__(self, port: int) -> None:
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen([sys.executable, "-I", Path(__file__), str(port)], stdout=self._output,
                                         preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1}))

    def stop(self) -> list[Probe]:
        """All probes, and one at least."""
        self._process.send_signal(signal.SIGUSR1)
        self._process.wait()
        self._output.seek(0)
        lines = (line.split(" ", 2) for line in self._output.read().decode().splitlines())
        return [Probe(float(begun), float(seconds), result) for begun, seconds, result in lines]


def percentile(seconds: list[float], share: float) -> float:
    """0 for no probes."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _probe(port: int) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_LIMIT) as sock:
            sock.sendall(_REQUEST)
            found = b""
            while part := sock.recv(65536):
                found += part
    except OSError as error:
        return type(error).__name__
    return "ok" if found.startswith(b"HTTP/1.1 200 ") and found.endswith(b"pong") else repr(found[:100])


def _run(port: int) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    stopping = False
    while not stopping:
        begun = time.monotonic()
        result = _probe(port)
        print(begun, time.monotonic() - begun, result, flush=True)
        stopping = signal.sigtimedwait({signal.SIGUSR1}, _EVERY) is not None


if __name__ == "__main__":
    _run(int(sys.argv[1]))
