"""What one of the two builders makes of the source, and how that is asked."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
import urllib.error
import urllib.request

from seldon_component.payload import Payload
from seldon_runtime.messages import Content
from seldon_runtime.rest.routes import PATHS
from seldon_runtime.tester.rest_wire import RestWire
from seldon_runtime.tester.wire import NoAnswer

_DOCKER = os.environ.get("DOCKER", "docker")
_LONGEST = 120.0  # seconds until a container is ready


class Candidate:
    """An image and its container; both are gone after the `with`."""

    def __init__(self, s2i: str, builder: str, source: str) -> None:
        self._builder = builder
        self._name = f"seldon-compare-{os.getpid()}-{id(self)}"
        # what the contract does not allow is to be compared all the same
        self._build = [
            s2i,
            "build",
            source,
            builder,
            self._name,
            "--copy",
            "--pull-policy=never",
            "-e",
            "SELF_TEST=import",
        ]

    def __enter__(self) -> Candidate:
        try:
            _run(self._build, f"s2i could not build with {self._builder}")
            run = ["run", "--detach", "--name", self._name, "--publish", "127.0.0.1::5000", self._name]
            _run([_DOCKER, *run], f"the image of {self._builder} could not be started")
            self._url = (
                "http://" + _run([_DOCKER, "port", self._name, "5000/tcp"], f"{self._builder}: it ended").split()[0]
            )
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        self._wire = RestWire({method: self._url + paths[0] for method, paths in PATHS.items()}, form=True)
        return self

    def __exit__(self, *_: object) -> None:
        for arguments in (("rm", "--force", "--volumes"), ("rmi", "--force")):
            subprocess.run([_DOCKER, *arguments, self._name], capture_output=True, check=False)

    def ask(self, method: str, question: Content) -> Payload | str:
        """Its answer, or what it says in place of one."""
        try:
            return self._wire.ask(method, question)
        except NoAnswer as error:
            return str(error).removeprefix(self._url)

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + _LONGEST
        while not self._is_ready():
            running = _run([_DOCKER, "inspect", "--format", "{{.State.Running}}", self._name], "docker inspect")
            if running.strip() != "true" or time.monotonic() > give_up:
                logs = subprocess.run([_DOCKER, "logs", self._name], capture_output=True, text=True, check=False)
                raise SystemExit(f"{logs.stdout}{logs.stderr}make compare: {self._builder}: the model was not ready")
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        """The servers of 2018 have no such path: that they answer at all is enough."""
        try:
            with urllib.request.urlopen(f"{self._url}/ready", timeout=10):
                return True
        except urllib.error.HTTPError as error:
            return error.code != 503
        except (OSError, http.client.HTTPException):
            return False


def _run(command: list[str], failure: str) -> str:
    """Standard output; ends the process, with all that was said, when the command fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}make compare: {failure}")
    return done.stdout
