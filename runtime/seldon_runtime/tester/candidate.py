"""One of the two builders of `make compare`: the image that it builds from the source, and that image's container."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

from seldon_component.payload import Payload

from ..config.tester_arguments import CompareArguments
from ..messages import Content
from ..rest.routes import PATHS
from .wires import NoResponse, RestWire

_READY_TIMEOUT = 120.0  # seconds until a container is ready
# The build must not check the contract: a response that does not fit it is to be compared, too.
_S2I_OPTIONS = ("--copy", "--pull-policy=never", "-e", "SELF_TEST=import")


class CandidateFailed(Exception):
    """A builder built no image, or its container did not become ready; the text has what the command printed."""


class Candidate:
    """The `with` statement builds the image and starts the container; at its end both are removed."""

    def __init__(self, arguments: CompareArguments, builder: str) -> None:
        self._docker = arguments.docker
        self._builder = builder
        self._name = f"seldon-compare-{os.getpid()}-{id(self)}"
        self._build = [arguments.s2i, "build", arguments.source, builder, self._name, *_S2I_OPTIONS]

    def __enter__(self) -> Candidate:
        try:
            _run(self._build, f"s2i could not build with {self._builder}")
            self._url = self._start()
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        self._wire = RestWire({method: self._url + paths[0] for method, paths in PATHS.items()}, form=True)
        return self

    def __exit__(self, *_: object) -> None:
        for arguments in (("rm", "--force", "--volumes"), ("rmi", "--force")):
            subprocess.run([self._docker, *arguments, self._name], capture_output=True, check=False)

    def send(self, method: str, request: Content) -> Payload | str:
        """The response, or the text of the error."""
        try:
            return self._wire.send(method, request)
        except NoResponse as error:
            return str(error).removeprefix(self._url)

    def service_type(self) -> str | None:
        """What the component says that it is; None of a server without a description of itself."""
        try:
            with urllib.request.urlopen(f"{self._url}/seldon.json", timeout=10) as response:
                return str(json.load(response)["info"]["x-seldon"]["service_type"])
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return None

    def _start(self) -> str:
        """The container's URL on this machine."""
        run = ["run", "--detach", "--name", self._name, "--publish", "127.0.0.1::5000", self._name]
        _run([self._docker, *run], f"the image of {self._builder} could not be started")
        address = _run([self._docker, "port", self._name, "5000/tcp"], f"the container of {self._builder} has ended")
        return f"http://{address.split()[0]}"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT
        while not self._is_ready():
            running = _run([self._docker, "inspect", "--format", "{{.State.Running}}", self._name], "docker inspect")
            if running.strip() != "true" or time.monotonic() > deadline:
                logs = subprocess.run([self._docker, "logs", self._name], capture_output=True, text=True, check=False)
                raise CandidateFailed(f"{self._builder}: the model was not ready\n{logs.stdout}{logs.stderr}")
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        """Servers of 2018 do not have this path. They are ready if they answer at all."""
        try:
            with urllib.request.urlopen(f"{self._url}/ready", timeout=10):
                return True
        except urllib.error.HTTPError as error:
            return error.code != 503
        except (OSError, http.client.HTTPException):
            return False


def _run(command: list[str], failure: str) -> str:
    """Standard output. Raises CandidateFailed, with all that the command printed, if the command fails."""
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    if completed.returncode:
        raise CandidateFailed(f"{failure}\n{completed.stdout}{completed.stderr}".rstrip())
    return completed.stdout
