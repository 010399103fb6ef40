"""A unit in an image: its container is started here, and asked over HTTP."""

from __future__ import annotations

import logging
import math
import subprocess
import threading
from collections.abc import Callable, Mapping

from ..messages import Request
from ..model.interface import OnAnswer, OnFailure, WrappedModel
from .remote.http_unit import HttpUnit

log = logging.getLogger(__name__)

PORT = 9000  # in the container, as under Seldon's operator
_CANNOT_RUN = 1  # exit code of a graph with a container that does not start


class ImageUnit(WrappedModel):
    """A container in front of which stands `unit`, the Model of its port. Docker starts it again if it ends."""

    def __init__(self, unit: HttpUnit, name: str, command: list[str], docker: str, on_failure: OnFailure) -> None:
        """name: of the container. command: that starts it, see `command_of`. docker: the program."""
        super().__init__(unit)
        self.ask: Callable[[Request, OnAnswer], None] = unit.ask
        self._name, self._command, self._docker, self._on_failure = name, command, docker, on_failure
        self._thread = threading.Thread(target=self._run, name="docker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        try:
            started = subprocess.run(self._command, capture_output=True, text=True, check=False)
        except OSError as error:
            return self._fail(f"{self._docker} cannot be called: {error.strerror}")
        if started.returncode:
            return self._fail(started.stderr.strip())
        self._model.start()

    def _fail(self, reason: str) -> None:
        log.error("container %s does not start: %s", self._name, reason)
        self._on_failure(_CANNOT_RUN)

    def stop(self, seconds: float = math.inf) -> None:
        self._model.stop(seconds)
        self._thread.join()
        wait = str(math.ceil(min(seconds, 10.0)))
        for command in (("stop", "--time", wait), ("rm", "--force", "--volumes")):
            subprocess.run([self._docker, *command, self._name], capture_output=True, check=False)


def command_of(docker: str, name: str, image: str, port: int, variables: Mapping[str, str]) -> list[str]:
    """The command that starts a container, whose unit is served on `port` of 127.0.0.1."""
    ports = {"PREDICTIVE_UNIT_SERVICE_PORT": str(PORT), "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": str(PORT)}
    options = [f"--env={key}={value}" for key, value in {**variables, **ports}.items()]
    publish = f"--publish=127.0.0.1:{port}:{PORT}"
    return [docker, "run", "--detach", f"--name={name}", "--restart=unless-stopped", publish, *options, image]
