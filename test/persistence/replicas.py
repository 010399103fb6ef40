"""Replicas of one component whose state is kept, as processes on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import requests
from redis_server import free_port
from seldon_runtime.config.variables import VARIABLES
from waiting import eventually, in_background

APP = Path(__file__).resolve().parents[1] / "apps" / "counting"
KEY = "persistence_0_0_0"


def environment(variables: Mapping[str, object]) -> dict[str, str]:
    """The environment of this process without our settings, and with these variables."""
    ours = {variable.name for variable in VARIABLES}
    inherited = {name: text for name, text in os.environ.items() if name not in ours}
    return {**inherited, "PYTHONDONTWRITEBYTECODE": "1", **{name: str(value) for name, value in variables.items()}}


class Replica:
    """A server with one of the counting routers. It can be started again after its end."""

    def __init__(self, scratch: Path, model: str = "counting.Dicted", folder: Path = APP, **variables: object) -> None:
        scratch.mkdir(exist_ok=True)
        self._log = scratch / "log"
        self.folder = folder
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.variables = {"MODEL_NAME": model, "SERVICE_TYPE": "ROUTER", "PERSISTENCE": 1, "PERSISTENCE_LEASE_SECONDS": 1,
                          "PREDICTIVE_UNIT_SERVICE_PORT": port, **variables}

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def start(self) -> Replica:
        """Start it, and wait for nothing."""
        with self._log.open("a") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "seldon_runtime"], cwd=self.folder, stdout=log, stderr=log,
                                            env=environment(self.variables))
        return self

    def ready(self) -> Replica:
        """Start it, and wait until it is ready."""
        self.start()
        eventually(lambda: not self.runs or self.status("/ready") == 200, "the replica was ready")
        assert self.runs, self.log
        return self

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def status(self, path: str) -> int | None:
        try:
            return requests.get(self.url + path, timeout=60).status_code
        except requests.ConnectionError:
            return None

    def post(self, message: object) -> requests.Response:
        return requests.post(self.url + "/route", json=message, timeout=60)

    def command(self, word: str) -> requests.Response:
        """Send the class a command."""
        return self.post({"strData": word})

    def count(self, client: int = 0, times: int = 1) -> None:
        for _ in range(times):
            response = self.post({"data": {"ndarray": [[client]]}})
            assert response.status_code == 200, response.text

    def counts(self) -> list[int]:
        return list(map(int, self.command("look").json()["meta"]["tags"]["counts"]))

    def save(self) -> requests.Response:
        return requests.post(self.url + "/persistence/save", timeout=60)

    def begin_to_save(self) -> Callable[[], requests.Response]:
        """Save in the background; the returned function waits for the response."""
        return in_background(self.save)

    def begin_to_post(self, message: object) -> Callable[[], requests.Response]:
        return in_background(lambda: self.post(message))

    def saved(self) -> int:
        """Save successfully; the generation."""
        response = self.save()
        assert response.status_code == 200, response.text
        return int(response.json()["generation"])

    def metric(self, name: str) -> float:
        lines = requests.get(self.url + "/metrics", timeout=60).text.splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def kill(self) -> None:
        """kill -9 of the server. After that the component's process ends by itself."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """Send SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def state(self, *arguments: str, stdin: bytes | None = None, **variables: object) -> subprocess.CompletedProcess[bytes]:
        """Run `seldon-core-microservice state …` with the replica's variables; the finished process."""
        return subprocess.run([sys.executable, "-m", "seldon_runtime", "state", *arguments], cwd=self.folder, input=stdin,
                              env=environment({**self.variables, **variables}), capture_output=True, check=False)
