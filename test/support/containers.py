"""Replicas in containers of a built image. They use the host's network, so they share its Redis and its ports."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

import docker
from support.replicas import APP, Replica


class ContainerReplica(Replica):
    """A replica in a container: it ends with the container, and the container's log is its log."""

    def __init__(self, scratch: Path, image: str, engine: docker.DockerClient, **variables: Any) -> None:
        super().__init__(scratch, **variables)
        self._image = image
        self._engine = engine

    def start(self) -> Self:
        texts = {name: str(value) for name, value in self.variables.items() if name != "MODEL_PYTHON"}
        self._container = self._engine.containers.run(self._image, detach=True, network_mode="host", environment=texts)
        return self

    @property
    def id(self) -> str:
        return str(self._container.id)

    @property
    def output(self) -> str:
        return str(self._container.logs(stdout=True, stderr=False).decode())

    @property
    def errors(self) -> str:
        return str(self._container.logs(stdout=False, stderr=True).decode())

    @property
    def runs(self) -> bool:
        self._container.reload()
        return self._container.status in ("created", "running")

    def kill(self) -> None:
        """docker kill."""
        self._container.remove(force=True, v=True)

    def terminate(self) -> None:
        self._container.kill("SIGTERM")

    def exit_code(self) -> int:
        code = int(self._container.wait(timeout=60)["StatusCode"])
        self._container.remove(v=True)
        return code

    def execute(self, *command: str) -> str:
        """Run a program in the container; its output."""
        code, output = self._container.exec_run(list(command))
        assert code == 0, output
        assert isinstance(output, bytes)
        return output.decode()


def build(builder: str, tag: str, source: Path = APP) -> None:
    """Build an image of a folder, with the Dockerfile that `s2i usage` shows."""
    lines = (f"FROM {builder}", "COPY --chown=1001:0 . /tmp/src", "RUN /s2i/bin/assemble", 'CMD ["/s2i/bin/run"]')
    with tempfile.TemporaryDirectory() as scratch:
        dockerfile = Path(scratch) / "Dockerfile"
        dockerfile.write_text("\n".join(lines) + "\n")
        subprocess.run(["docker", "build", "--quiet", "--tag", tag, "--file", dockerfile, source], check=True, stdout=subprocess.DEVNULL)
