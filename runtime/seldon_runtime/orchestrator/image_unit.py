"""A unit in an image: its container is started here, and asked over HTTP or gRPC."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import subprocess
import threading
from collections.abc import Callable, Mapping

from ..messages import Request
from ..model.interface import Model, OnAnswer, OnFailure, WrappedModel
from ..system.process_identity import has_ended, identity_of

log = logging.getLogger(__name__)

_HTTP_PORT, _GRPC_PORT = 9000, 9500  # in the container, as under Seldon's operator
_LABEL = "seldon-core-graph"  # of a container: the process that started it
_CANNOT_RUN = 1  # exit code of a graph with a container that does not start
_LOOK_SECONDS = 1.0
_END_SECONDS = 10.0  # for a container to end by itself


class ImageUnit(WrappedModel):
    """A container in front of which stands `unit`, the Model of its port.

    A container that ends before it was ready ends the graph. Later on, Docker starts it again.
    """

    def __init__(self, unit: Model, name: str, command: list[str], container: Container, on_failure: OnFailure) -> None:
        """name: of the unit. command: that starts the container, see `command_of`."""
        super().__init__(unit)
        self.ask: Callable[[Request, OnAnswer], None] = unit.ask
        self._name, self._command, self._container, self._on_failure = name, command, container, on_failure
        self._thread = threading.Thread(target=self._run, name="docker", daemon=True)
        self._stopped = threading.Event()
        self._starting: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        reason = self._start_container() or self._reason_before_ready()
        if reason and not self._stopped.is_set():
            log.error("unit %r cannot be served: its container does not start: %s", self._name, reason)
            self._on_failure(_CANNOT_RUN)

    def _start_container(self) -> str:
        """Why it cannot be started; "" if it is, or is to stop."""
        if self._stopped.is_set():
            return ""
        remove_orphans(self._container.docker)
        try:
            options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
            self._starting = subprocess.Popen(self._command, **options)  # type: ignore[call-overload]
        except OSError as error:
            return f"{self._command[0]} cannot be called: {error.strerror}"
        _, errors = self._starting.communicate()
        if self._starting.returncode:
            return _one_line(errors)
        self._model.start()
        return ""

    def _reason_before_ready(self) -> str:
        """Why it has ended; "" once it is ready, or is to stop."""
        while not self._model.ready:
            if self._stopped.wait(_LOOK_SECONDS):
                return ""
            if (code := self._container.exit_code()) is not None:
                return f"it ended with exit code {code}: {self._container.last_line()}"
        self._container.call("update", "--restart=unless-stopped")
        return ""

    def stop(self, seconds: float = math.inf) -> None:
        self._stopped.set()
        self._model.stop(seconds)
        if self._thread.ident is None:
            return
        if self._starting:
            self._starting.terminate()  # it may still wait for a registry
        self._thread.join(_END_SECONDS)
        self._container.remove(min(seconds, _END_SECONDS))


class Container:
    """A container by its name. docker: the program."""

    def __init__(self, docker: str, name: str) -> None:
        self.docker, self.name = docker, name

    def call(self, command: str, *options: str) -> str:
        """What a command of Docker prints of the container; "" if it fails."""
        run = [self.docker, command, *options, self.name]
        ended = subprocess.run(run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return "" if ended.returncode else ended.stdout

    def exit_code(self) -> int | None:
        """None while it runs."""
        state, _, code = self.call("inspect", "--format={{.State.Status}} {{.State.ExitCode}}").strip().partition(" ")
        return int(code) if state in ("exited", "dead") else None

    def last_line(self) -> str:
        """Of its log."""
        return _one_line(self.call("logs", "--tail=1")) or "it printed nothing"

    def remove(self, seconds: float) -> None:
        """Have it end by itself within the seconds, and remove it."""
        with contextlib.suppress(OSError):
            self.call("stop", f"--time={math.ceil(seconds)}")
            self.call("rm", "--force", "--volumes")


def command_of(container: Container, image: str, port: int, variables: Mapping[str, str], is_grpc: bool) -> list[str]:
    """The command that starts a container, whose unit is served on `port` of 127.0.0.1."""
    own = _GRPC_PORT if is_grpc else _HTTP_PORT
    ports = {"": own, "HTTP_": _HTTP_PORT, "GRPC_": _GRPC_PORT}
    given = {**variables, **{f"PREDICTIVE_UNIT_{api}SERVICE_PORT": str(number) for api, number in ports.items()}}
    options = [f"--env={name}={text}" for name, text in given.items()]
    publish = f"--publish=127.0.0.1:{port}:{own}"
    label = f"--label={_LABEL}={identity_of(os.getpid())}"
    return [container.docker, "run", "--detach", f"--name={container.name}", label, publish, *options, image]


def remove_orphans(docker: str) -> None:
    """Remove the containers of graphs whose process was killed, and could not do so itself."""
    form = f'--format={{{{.ID}}}} {{{{.Label "{_LABEL}"}}}}'
    with contextlib.suppress(OSError):  # `docker run` will say that there is no such program
        listed = subprocess.run(
            [docker, "ps", "--all", f"--filter=label={_LABEL}", form], capture_output=True, text=True, check=False
        )
        for line in listed.stdout.splitlines():
            container, _, process = line.partition(" ")
            if has_ended(process):
                Container(docker, container).call("rm", "--force", "--volumes")


def _one_line(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())
