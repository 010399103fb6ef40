"""The servers that `make compare` sends requests to: an image of a builder, a graph, or a server that runs already."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from seldon_component.payload import Payload

from ..config.tester_arguments import CompareArguments
from ..messages import Content
from ..rest.routes import PATHS
from ..system.ports import free_port
from .wires import NoResponse, RestWire, Wire

if TYPE_CHECKING:
    from typing import Self

_READY_TIMEOUT = 120.0  # seconds until a server is ready
_GRAPHS = (".yaml", ".yml", ".json")
_OF_ORCHESTRATORS = -1  # the place in PATHS of the path that each server of a graph has
# The build must not check the contract: a response that does not fit it is to be compared, too.
_S2I_OPTIONS = ("--copy", "--pull-policy=never", "-e", "SELF_TEST=import")
_GRAPH_COMMAND = (sys.executable, "-m", "seldon_runtime.commands.graph")


class CandidateFailed(Exception):
    """A builder built no image, or a server did not become ready; the text has what the command printed."""


class Candidate:
    """A server that runs already. The others are started by the `with` statement; at its end they are gone."""

    def __init__(self, name: str, url: str = "") -> None:
        """name: as the user wrote it. url: "" until the server is started."""
        self._name = name
        self._url = url.rstrip("/")

    def __enter__(self) -> Self:
        try:
            self._start()
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        self._wire = self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

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

    def _connect(self) -> Wire:
        urls = {method: self._url + paths[_OF_ORCHESTRATORS] for method, paths in PATHS.items()}
        return RestWire(urls, form=False)

    def _start(self) -> None:
        """Nothing to start."""

    def _runs(self) -> bool:
        return True

    def _output(self) -> str:
        """What the server has printed so far."""
        return ""

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT
        while not self._is_ready():
            if not self._runs() or time.monotonic() > deadline:
                raise CandidateFailed(f"{self._name}: the model was not ready\n{self._output()}".rstrip())
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


class Graph(Candidate):
    """A file with a graph, which `seldon-core-graph` serves."""

    def _start(self) -> None:
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        self._printed = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        command = [*_GRAPH_COMMAND, self._name, "--http-port", str(port)]
        self._process = subprocess.Popen(command, stdout=self._printed, stderr=self._printed)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._printed.close()

    def _runs(self) -> bool:
        return self._process.poll() is None

    def _output(self) -> str:
        self._printed.seek(0)
        return self._printed.read()


class Image(Candidate):
    """The image that a builder builds from the source, and that image's container."""

    def __init__(self, builder: str, arguments: CompareArguments) -> None:
        super().__init__(builder)
        self._docker = arguments.docker
        self._image = f"seldon-compare-{os.getpid()}-{id(self)}"
        self._build = [arguments.s2i, "build", arguments.source, builder, self._image, *_S2I_OPTIONS]

    def __exit__(self, *_: object) -> None:
        for arguments in (("rm", "--force", "--volumes"), ("rmi", "--force")):
            subprocess.run([self._docker, *arguments, self._image], capture_output=True, check=False)

    def _start(self) -> None:
        _run(self._build, f"s2i could not build with {self._name}")
        run = ["run", "--detach", "--name", self._image, "--publish", "127.0.0.1::5000", self._image]
        _run([self._docker, *run], f"the image of {self._name} could not be started")
        address = _run([self._docker, "port", self._image, "5000/tcp"], f"the container of {self._name} has ended")
        self._url = f"http://{address.split()[0]}"

    def _connect(self) -> Wire:
        return RestWire({method: self._url + paths[0] for method, paths in PATHS.items()}, form=True)

    def _runs(self) -> bool:
        command = [self._docker, "inspect", "--format", "{{.State.Running}}", self._image]
        return _run(command, "docker inspect").strip() == "true"

    def _output(self) -> str:
        logs = subprocess.run([self._docker, "logs", self._image], capture_output=True, text=True, check=False)
        return logs.stdout + logs.stderr


def candidate(name: str, arguments: CompareArguments) -> Candidate:
    """name: a URL, a file with a graph, or a builder image."""
    if "://" in name:
        return Candidate(name, name)
    return Graph(name) if Path(name).suffix in _GRAPHS else Image(name, arguments)


def _run(command: list[str], failure: str) -> str:
    """Standard output. Raises CandidateFailed, with all that the command printed, if the command fails."""
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    if completed.returncode:
        raise CandidateFailed(f"{failure}\n{completed.stdout}{completed.stderr}".rstrip())
    return completed.stdout
