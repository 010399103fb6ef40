"""Replicas of one component whose state is kept, as processes of this machine."""

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


def environment(given: Mapping[str, object]) -> dict[str, str]:
    """This process's own without any setting of ours, and what is given."""
    ours = {variable.name for variable in VARIABLES}
    inherited = {name: text for name, text in os.environ.items() if name not in ours}
    return {**inherited, "PYTHONDONTWRITEBYTECODE": "1", **{name: str(value) for name, value in given.items()}}


class Replica:
    """A server with one of the counting routers, which can be started again after its end."""

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
        """Without waiting for anything."""
        with self._log.open("a") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "seldon_runtime"], cwd=self.folder, stdout=log, stderr=log,
                                            env=environment(self.variables))
        return self

    def ready(self) -> Replica:
        """Started, and ready."""
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

    def ask(self, message: object) -> requests.Response:
        return requests.post(self.url + "/route", json=message, timeout=60)

    def say(self, word: str) -> requests.Response:
        """A command to the class."""
        return self.ask({"strData": word})

    def count(self, client: int = 0, times: int = 1) -> None:
        for _ in range(times):
            answer = self.ask({"data": {"ndarray": [[client]]}})
            assert answer.status_code == 200, answer.text

    def counts(self) -> list[int]:
        return list(map(int, self.say("look").json()["meta"]["tags"]["counts"]))

    def save(self) -> requests.Response:
        return requests.post(self.url + "/persistence/save", timeout=60)

    def begin_to_save(self) -> Callable[[], requests.Response]:
        """Save in the background; the returned function waits for the answer."""
        return in_background(self.save)

    def begin_to_ask(self, message: object) -> Callable[[], requests.Response]:
        return in_background(lambda: self.ask(message))

    def saved(self) -> int:
        """The generation of a save that must succeed."""
        answer = self.save()
        assert answer.status_code == 200, answer.text
        return int(answer.json()["generation"])

    def metric(self, name: str) -> float:
        lines = requests.get(self.url + "/metrics", timeout=60).text.splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def kill(self) -> None:
        """kill -9 of the server, after which the component's process ends by itself."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """Its exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def state(self, *arguments: str, given: bytes | None = None, **variables: object) -> subprocess.CompletedProcess[bytes]:
        """The ended `seldon-core-microservice state …` beside it."""
        return subprocess.run([sys.executable, "-m", "seldon_runtime", "state", *arguments], cwd=self.folder, input=given,
                              env=environment({**self.variables, **variables}), capture_output=True, check=False)
