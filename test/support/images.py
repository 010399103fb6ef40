"""Builder images, what s2i builds with them, and the containers that run that."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import docker
from docker.models.containers import Container as Engine
from support.server import ROOT, HttpService

APPS = ROOT / "test" / "apps"
EXAMPLES = ROOT / "examples"
HOME = "/microservice"
PARENTS, NGRAPH = ("python3", "python36", "python2"), "python3-ngraph-onnx"
PARENT_OF = {NGRAPH: "python36"}  # an image inherits the tests of the image that it is built on
ALL = (*PARENTS, *PARENT_OF)


def own_and_inherited(name: str) -> set[str]:
    """The builders whose tests an image has: itself and its ancestors."""
    return {name} | (own_and_inherited(PARENT_OF[name]) if name in PARENT_OF else set())


def candidates(names: tuple[str, ...]) -> list[str]:
    """The builder images to test: IMAGE_NAME, or those of `names` that the Makefile makes.

    names: the builders whose tests these are. If IMAGE_NAME is an image of ours, it must be one of them or inherit from one.
        A run of all images tests a child only where `names` has it, because its parent has passed the same tests.
    """
    if "IMAGE_NAME" in os.environ:
        image = os.environ["IMAGE_NAME"]
        of_ours = [own_and_inherited(name) for name in ALL if f"-s2i-{name}:" in image]
        return [image] if all(inherited & set(names) for inherited in of_ours) else []
    version = (ROOT / "VERSION").read_text().strip()
    return [f"seldonio/seldon-core-s2i-{name}:{version}" for name in names]


class Build(NamedTuple):
    """An ended s2i. output: all that it printed; it drops the indentation of what it passes on."""

    exit_code: int
    output: str

    @classmethod
    def of(cls, *arguments: object) -> Build:
        run = subprocess.run(
            [cls.program(), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return cls(run.returncode, "".join(line.strip() + "\n" for line in run.stdout.decode().splitlines()))

    @staticmethod
    @functools.cache
    def program() -> str:
        """s2i's path; the script installs it where PATH has none."""
        return subprocess.run([ROOT / "make" / "s2i"], capture_output=True, text=True, check=True).stdout.splitlines()[-1]


class Builder:
    """One builder image under test."""

    def __init__(self, engine: docker.DockerClient, name: str) -> None:
        self.name = name
        self._engine = engine
        self.image = engine.images.get(name)
        self._builds: dict[Path, Future[str]] = {}
        self._workers = ThreadPoolExecutor(2)

    @property
    def runtime(self) -> str:
        """The slim image for what this one builds; nGraph's has the parent's."""
        return self.name.replace(NGRAPH, PARENT_OF[NGRAPH]).replace(":", "-runtime:")

    @property
    def onto_runtime(self) -> tuple[str, ...]:
        """Options of `s2i build` for an image on the slim one."""
        return (f"--runtime-image={self.runtime}", "--runtime-pull-policy=never")

    @functools.cached_property
    def python(self) -> str:
        """Version of the user's Python."""
        return self.ask("python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")

    @functools.cached_property
    def server_python(self) -> str:
        """Version of the server's Python."""
        return self.ask("/opt/seldon/bin/python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")

    def ask(self, *command: str) -> str:
        """Standard output of a program in the builder itself. One container runs them all: it takes a second to start."""
        code, output = self._idle.exec_run(list(command), stderr=False)
        assert code == 0, output
        assert isinstance(output, bytes)
        return output.decode().strip()

    @functools.cached_property
    def _idle(self) -> Engine:
        """A container of the builder that only waits."""
        return self._engine.containers.run(self.name, ["infinity"], entrypoint=["sleep"], detach=True)

    def run(self, image: str, entrypoint: str, *arguments: str) -> str:
        """Standard output of a program in the image, in place of the image's own."""
        output = self._engine.containers.run(image, list(arguments), entrypoint=[entrypoint], remove=True)
        return output.decode().strip()

    def places_of(self, image: str, text: str) -> list[str]:
        """Where an image holds a text: in its settings and its history, or in files that a build may have written."""
        found = self._engine.images.get(image)
        told = [name for name, facts in (("settings", found.attrs), ("history", found.history())) if text in json.dumps(facts)]
        return [*told, *self.run(image, *search_of(text)).splitlines()]

    def try_build(self, source: object, tag: str, *options: str) -> Build:
        """Run `s2i build` of a folder or git URL with this builder."""
        return Build.of("build", source, self.name, tag, "--pull-policy=never", *options)

    def build(self, source: Path) -> str:
        """The image of a folder. Each is built once, and removed at the end of the tests."""
        return self.begin_to_build(source).result()

    def begin_to_build(self, source: Path) -> Future[str]:
        """Build in the background what will be asked for."""
        if source not in self._builds:
            self._builds[source] = self._workers.submit(self._build, source)
        return self._builds[source]

    def _build(self, source: Path) -> str:
        build = self.try_build(source, self._tag(source), "--copy")
        assert build.exit_code == 0, build.output
        return self._tag(source)

    def _tag(self, source: Path) -> str:
        return f"seldon-s2i-test/{source.name}:{os.getpid()}"

    def forget(self, tag: str) -> None:
        """Remove an image that a test has built itself, if it has."""
        try:
            self._engine.images.remove(tag, force=True)
        except docker.errors.ImageNotFound:
            pass

    def forget_all(self) -> None:
        """Remove every image that has been built, and the container that waits."""
        self._workers.shutdown(cancel_futures=True)
        if "_idle" in self.__dict__:
            self._idle.remove(force=True, v=True)
        for source in self._builds:
            self.forget(self._tag(source))


class Container(HttpService):
    """A container of a built image, reachable on this machine alone."""

    def __init__(self, engine: docker.DockerClient, image: str, **options: Any) -> None:
        ports: dict[str, Any] = {"5000/tcp": ("127.0.0.1", None)}  # the types know no port of the engine's choice
        self._container: Engine = engine.containers.run(image, detach=True, ports=ports, **options)

    @functools.cached_property
    def url(self) -> str:  # type: ignore[override]
        self._container.reload()
        bindings = self._container.ports["5000/tcp"]
        assert bindings is not None
        return f"http://127.0.0.1:{bindings[0]['HostPort']}"

    @property
    def output(self) -> str:
        """Its standard output so far."""
        return str(self._container.logs(stdout=True, stderr=False).decode())

    @property
    def errors(self) -> str:
        """Its standard error so far."""
        return str(self._container.logs(stdout=False, stderr=True).decode())

    @property
    def runs(self) -> bool:
        self._container.reload()
        return self._container.status in ("created", "running")

    def execute(self, *command: str) -> str:
        """Output of a program run beside the server."""
        code, output = self._container.exec_run(list(command))
        assert code == 0, output
        assert isinstance(output, bytes)
        return output.decode()

    def terminate(self) -> None:
        self._container.kill("SIGTERM")

    def exit_code(self) -> int:
        return int(self._container.wait(timeout=60)["StatusCode"])

    def remove(self) -> None:
        self._container.remove(force=True, v=True)


def builder_on(engine: docker.DockerClient, version: str) -> Builder:
    """The python3 builder on a version of Python, made with `make`. Its image stays, so that the next run builds nothing."""
    command = ["make", "bases", "build-python3", f"PYTHON_VERSION={version}"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    (default,) = candidates(("python3",))
    return Builder(engine, f"{default}-py{version}")


def search_of(text: str) -> tuple[str, ...]:
    """A command that prints the files with a text, among those that a build may have written."""
    return ("sh", "-c", f"grep -rlsF {text} /etc /home /microservice /opt/model /root /run /tmp /usr/local /whl || true")


def parameters(**texts: str) -> str:
    """PREDICTIVE_UNIT_PARAMETERS of text arguments."""
    return json.dumps([{"name": name, "type": "STRING", "value": text} for name, text in texts.items()])


def source_with(folder: Path, **files: str) -> Path:
    """The template's source and these files, `_` for the dot in their names."""
    shutil.copytree(APPS / "template", folder)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def documented(tool: str) -> str:
    """The command by which docs/building.md builds a model with a tool."""
    text = (ROOT / "docs" / "building.md").read_text()
    (command,) = re.findall(rf"^{re.escape(tool)}:\n\n```\n(.+)\n```$", text, re.MULTILINE)
    return str(command)


def doubles(container: Container) -> bool:
    """Whether the template's model is served."""
    answer = container.wait_until_ready().predict({"data": {"ndarray": [[1, 2]]}})
    return bool(answer.json()["data"]["ndarray"] == [[2, 4]])


def source_of(folder: Path, *requirements: str, **variables: str) -> Path:
    """A model with these requirements and lines of .s2i/environment."""
    (folder / ".s2i").mkdir(parents=True, exist_ok=True)
    lines = [f"{name}={value}\n" for name, value in {"MODEL_NAME": "MyModel", **variables}.items()]
    (folder / ".s2i" / "environment").write_text("".join(lines))
    (folder / "MyModel.py").write_text("class MyModel(object):\n    def predict(self, X, features_names):\n        return X\n")
    (folder / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements))
    return folder
