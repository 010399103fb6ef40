"""The four scripts of s2i/bin on this machine, without Docker: their variables put them into a scratch folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import requests
from seldon_runtime.config.variables import VARIABLES
from waiting import eventually, in_background

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "test" / "apps"


def variables(**given: object) -> dict[str, str]:
    """The environment of a script: this one's without any setting of ours or Python's, and what is given."""
    ours = {variable.name for variable in VARIABLES} | {"SELDON_BUILDER"}
    inherited = {name: text for name, text in os.environ.items() if name not in ours and not name.startswith("PYTHON")}
    return {**inherited, "SERVER_PYTHON": sys.executable, **{name: str(value) for name, value in given.items()}}


def script(name: str, **given: object) -> subprocess.CompletedProcess[str]:
    """The ended run of a script with these variables."""
    return subprocess.run(
        [ROOT / "s2i" / "bin" / name], env=variables(**given), capture_output=True, text=True, check=False
    )


def version_of(python: str) -> str:
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


class Service:
    """A script `run` that serves a folder. Its output is read while it runs."""

    def __init__(self, folder: Path, scratch: Path, **given: object) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._output, self._errors = scratch / "output", scratch / "errors"
        with self._output.open("w") as output, self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [ROOT / "s2i" / "bin" / "run"],
                env=variables(MICROSERVICE_HOME=folder, PREDICTIVE_UNIT_SERVICE_PORT=port, **given),
                stdout=output,
                stderr=errors,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def errors(self) -> str:
        return self._errors.read_text()

    def wait_until_ready(self) -> Service:
        eventually(lambda: self.process.poll() is not None or self.status("/ready") == 200, "the model was ready")
        assert self.process.poll() is None, self.errors
        return self

    def status(self, path: str) -> int | None:
        """HTTP status of a path, or None while nobody listens."""
        try:
            return requests.get(self.url + path, timeout=10).status_code
        except requests.ConnectionError:
            return None

    def predict(self, message: object) -> requests.Response:
        return requests.post(self.url + "/predict", json=message, timeout=60)

    def begin_to_predict(self, message: object) -> Callable[[], requests.Response]:
        """Ask in the background; the returned function waits for the answer."""
        return in_background(lambda: self.predict(message))

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def exit_code(self) -> int:
        return self.process.wait(60)
