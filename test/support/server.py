"""The one driver of servers: a process of `seldon_runtime` or of `s2i/bin/run`, and requests to its port."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self, TextIO

import requests
from seldon_runtime.config.trace_variables import TRACE_VARIABLES
from seldon_runtime.config.variables import VARIABLES
from support.waiting import eventually, in_background

ROOT = Path(__file__).resolve().parents[2]
SURROUNDINGS = ("KUBERNETES_SERVICE_HOST", "K_REVISION")  # of this machine, which has nothing to do with the servers
RUNTIME = (sys.executable, "-m", "seldon_runtime")


def environment(**variables: object) -> dict[str, str]:
    """This process's own without our settings, without files left beside the models, and with these variables."""
    ours = {*SURROUNDINGS, *(variable.name for variable in (*VARIABLES, *TRACE_VARIABLES))}
    inherited = {name: text for name, text in os.environ.items() if name not in ours}
    as_root = {"MODEL_UID": "0"}  # the folders that a test's class writes to are those of the test's own user
    return {**inherited, **as_root, "PYTHONDONTWRITEBYTECODE": "1", **{name: str(value) for name, value in variables.items()}}


@functools.cache
def _own_ports() -> Iterator[int]:
    """Ports for this process alone, over and over. `make test` runs several, and each has a lock on a part of them.

    They are below those that the kernel gives to the clients of other tests meanwhile.
    """
    for first in range(10_000, 32_000, 1_000):
        lock = (Path(tempfile.gettempdir()) / f"ports-of-tests-{first}").open("w", encoding="utf-8")
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _locks.append(lock)
            return itertools.cycle(range(first, first + 1_000))
    raise AssertionError("other tests have all ports")


_locks: list[TextIO] = []  # open until the process ends


def free_port() -> int:
    """A port that nobody listens on, and that no other test gets soon."""
    while True:
        port = next(_own_ports())
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("0.0.0.0", port))
            return port


def accepts(address: str, port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as client:
        return client.connect_ex((address, port)) == 0


class HttpService:
    """What can be asked over HTTP, wherever it runs. url: of its port."""

    url: str

    @property
    def runs(self) -> bool:
        raise NotImplementedError

    @property
    def errors(self) -> str:
        """Its standard error so far."""
        raise NotImplementedError

    def wait_until_ready(self) -> Self:
        eventually(lambda: not self.runs or self.status("/ready") == 200, "the model was ready")
        assert self.runs, self.errors
        return self

    def status(self, path: str) -> int | None:
        """HTTP status of a path, or None while nobody listens."""
        try:
            return self.get(path).status_code
        except requests.ConnectionError:
            return None

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=60)

    def post(self, path: str, message: object = None) -> requests.Response:
        return requests.post(self.url + path, json=message, timeout=60)

    def predict(self, message: object) -> requests.Response:
        return self.post("/predict", message)

    def begin_to_predict(self, message: object) -> Callable[[], requests.Response]:
        """Predict in the background; the returned function waits for the response."""
        return in_background(lambda: self.predict(message))


class Server(HttpService):
    """A process on this machine. It can be started again after its end, with the same variables and the same port."""

    def __init__(
        self,
        folder: Path,
        scratch: Path,
        command: Sequence[str | Path] = RUNTIME,
        given: dict[str, str] | None = None,
        **variables: object,
    ) -> None:
        """folder: where it runs. scratch: for its output. given: the environment, in place of `environment(...)`."""
        scratch.mkdir(exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.variables: dict[str, object] = {"PREDICTIVE_UNIT_SERVICE_PORT": self.port, **variables}
        self._command = command
        self._given = given
        self._output, self._errors = scratch / "output", scratch / "errors"

    def start(self) -> Self:
        """Start it, and wait for nothing."""
        with self._output.open("a") as output, self._errors.open("a") as errors:
            return self._start(output, errors)

    def start_into(self, descriptor: int) -> Self:
        """The same, but it prints everything into this descriptor."""
        self._errors.touch()
        return self._start(descriptor, descriptor)

    def _start(self, output: TextIO | int, errors: TextIO | int) -> Self:
        self.process = subprocess.Popen(
            self._command, cwd=self.folder, stdout=output, stderr=errors, env=self._environment()
        )
        return self

    @property
    def output(self) -> str:
        """Its standard output so far."""
        return self._output.read_text(encoding="utf-8")

    @property
    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        """All that it printed so far."""
        return self.output + self.errors

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """kill -9 of the server. After that the component's process ends by itself."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def exit_code(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(60)

    def stop(self) -> int:
        """Send SIGTERM if it runs; its exit code."""
        if self.runs:
            self.terminate()
        return self.exit_code()

    def _environment(self) -> dict[str, str]:
        if self._given is None:
            return environment(**self.variables)
        return {**self._given, **{name: str(value) for name, value in self.variables.items()}}
