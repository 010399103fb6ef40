"""Replicas of one component whose state is kept, as processes on this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import requests
from support.server import Server, environment
from support.waiting import in_background

APP = Path(__file__).resolve().parents[1] / "apps" / "counting"
KEY = "persistence_0_0_0"


class Replica(Server):
    """A server with one of the counting routers. It can be started again after its end."""

    def __init__(self, scratch: Path, model: str = "counting.Dicted", folder: Path = APP, **variables: object) -> None:
        settings: dict[str, Any] = {
            "MODEL_NAME": model, "SERVICE_TYPE": "ROUTER", "PERSISTENCE": 1, "PERSISTENCE_LEASE_SECONDS": 1, **variables}
        super().__init__(folder, scratch, **settings)

    def ready(self) -> Self:
        """Start it, and wait until it is ready."""
        return self.start().wait_until_ready()

    def route(self, message: object) -> requests.Response:
        return self.post("/route", message)

    def command(self, word: str) -> requests.Response:
        """Send the class a command."""
        return self.route({"strData": word})

    def count(self, client: int = 0, times: int = 1) -> None:
        for _ in range(times):
            response = self.route({"data": {"ndarray": [[client]]}})
            assert response.status_code == 200, response.text

    def counts(self) -> list[int]:
        return list(map(int, self.command("look").json()["meta"]["tags"]["counts"]))

    def save(self) -> requests.Response:
        return self.post("/persistence/save")

    def begin_to_save(self) -> Callable[[], requests.Response]:
        """Save in the background; the returned function waits for the response."""
        return in_background(self.save)

    def begin_to_post(self, message: object) -> Callable[[], requests.Response]:
        return in_background(lambda: self.route(message))

    def saved(self) -> int:
        """Save successfully; the generation."""
        response = self.save()
        assert response.status_code == 200, response.text
        return int(response.json()["generation"])

    def metric(self, name: str) -> float:
        lines = self.get("/metrics").text.splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def state(self, *arguments: str, stdin: bytes | None = None, **variables: object) -> subprocess.CompletedProcess[bytes]:
        """Run `seldon-core-microservice state …` with the replica's variables; the finished process."""
        return subprocess.run([sys.executable, "-m", "seldon_runtime", "state", *arguments], cwd=self.folder, input=stdin,
                              env=environment(**{**self.variables, **variables}), capture_output=True, check=False)
