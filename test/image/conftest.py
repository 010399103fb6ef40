"""The builder images in turn, and containers that are gone at the end of their test."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker
import pytest
from support.cluster.cases import Case, lives_of
from support.cluster.life import Life
from support.cluster.volumes import Claims
from support.images import APPS, PARENTS, Build, Builder, Container, candidates, documented
from support.package_index import Index, make_wheel
from support.redis_server import RedisServer

PODS_AT_A_TIME = 6  # they wait for most of their time


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env(timeout=120)
    yield client
    client.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each builder image in turn: those of the module's BUILDERS, or the parents."""
    if "builder" in metafunc.fixturenames:
        images = candidates(getattr(metafunc.module, "BUILDERS", PARENTS))
        ids = [name.rpartition("/")[2] for name in images]
        metafunc.parametrize("builder", images, indirect=True, ids=ids, scope="session")


@pytest.fixture(scope="session")
def builder(request: pytest.FixtureRequest, engine: docker.DockerClient) -> Iterator[Builder]:
    try:
        builder = Builder(engine, request.param)
    except docker.errors.ImageNotFound:
        pytest.fail(f"the builder image {request.param} is not here; `make build` makes ours", pytrace=False)
    for folder in folders_to_build(request):
        builder.begin_to_build(folder)
    yield builder
    builder.forget_all()


def folders_to_build(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The sources of the tests that will run with this builder."""
    for item in request.session.items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if parameters.get("builder") == request.param and "folder" in parameters:
            folder = parameters["folder"]
            assert isinstance(folder, Path)
            yield folder


@pytest.fixture
def start(engine: docker.DockerClient) -> Iterator[Callable[..., Container]]:
    """Start a container of an image: start(image, **options of docker's Python client)."""
    containers: list[Container] = []

    def start_one(image: str, **options: Any) -> Container:
        containers.append(Container(engine, image, **options))
        return containers[-1]

    yield start_one
    for container in containers:
        container.remove()


@pytest.fixture
def tag(builder: Builder) -> Iterator[str]:
    """A name for the one image that the test builds; nothing that bears it is left."""
    name = f"seldon-s2i-test/one-{os.getpid()}"
    yield name
    builder.forget(name)


@pytest.fixture(scope="session")
def lives(
    request: pytest.FixtureRequest, builder: Builder, engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case], list[Life]]]:
    """What there is to say of the pods of a case. Those of all tests that will run with this builder live at the same time."""
    claims, folder = Claims(engine), tmp_path_factory.mktemp("pods")
    redis = RedisServer(folder / "redis", "--protected-mode", "no", host="0.0.0.0")

    def begin(case: Case) -> list[Life]:
        if "REDIS_SERVICE_HOST" in case.variables:
            case = case._replace(variables={**case.variables, "REDIS_SERVICE_PORT": redis.port})
        return lives_of(case, builder.build(APPS / case.app), engine, claims, tmp_path_factory.mktemp("pod"))

    with ThreadPoolExecutor(PODS_AT_A_TIME) as threads:
        found = {str(case): threads.submit(begin, case) for case in cases_to_live(request, builder)}
        yield lambda case: found[str(case)].result()
    claims.remove()
    redis.kill()


@pytest.fixture(autouse=True)
def pods_live_meanwhile(request: pytest.FixtureRequest) -> None:
    """The pods begin to live with the builder's first test, because most of a life is waiting."""
    if "builder" in request.fixturenames and any(cases_to_live(request, request.getfixturevalue("builder"))):
        request.getfixturevalue("lives")


def cases_to_live(request: pytest.FixtureRequest, builder: Builder) -> Iterator[Case]:
    """Those of the tests that will run with this builder."""
    for item in request.session.items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if parameters.get("builder") == builder.name and "case" in parameters:
            case = parameters["case"]
            assert isinstance(case, Case)
            yield case


_BUSY = "sealing memfd copy"  # buildah copies itself, and rarely finds the copy busy: it has done nothing yet


def run_buildah(*arguments: object) -> str:
    """Its standard output."""
    command = ["buildah", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if _BUSY in ended.stderr:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.strip()


@pytest.fixture(scope="session")
def buildah_store(builder: Builder) -> Iterator[None]:
    """buildah's own store, with the builder in it. A copy takes half a minute, so all tests share it."""
    run_buildah("pull", f"docker-daemon:{builder.name}")
    yield
    run_buildah("rmi", "--force", builder.name)


@pytest.fixture
def buildah(buildah_store: None, tag: str) -> Iterator[Callable[..., str]]:
    """Runs buildah, which has the builder in its store. The test's image is gone afterwards."""
    yield run_buildah
    run_buildah("rmi", "--force", tag)


@pytest.fixture
def paste(builder: Builder, tag: str, tmp_path: Path) -> Callable[[str], None]:
    """Run the documented command of a build tool in a model's folder, with our names in it."""
    source = shutil.copytree(APPS / "template", tmp_path / "pasted")
    variables = {**os.environ, "PATH": f"{Path(Build.program()).parent}:{os.environ['PATH']}"}

    def run(tool: str) -> None:
        command = documented(tool).replace("BUILDER", builder.name).replace("my-model", tag)
        ended = subprocess.run(["bash", "-c", command], cwd=source, env=variables, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    return run


@pytest.fixture
def by_hand(builder: Builder, tmp_path: Path) -> Path:
    """A source with a Dockerfile of three lines."""
    folder = shutil.copytree(APPS / "template", tmp_path / "by-hand")
    (folder / "Dockerfile").write_text(f"FROM {builder.name}\nCOPY . /tmp/src\nRUN /s2i/bin/assemble\n")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """A package index with one package."""
    make_wheel(tmp_path / "index", "tariff", "1.0")
    index = Index(tmp_path / "index")
    yield index
    index.close()


@pytest.fixture
def onto_runtime(builder: Builder, tag: str) -> Callable[[Path], str]:
    """Build a folder onto the slim image."""

    def build(source: Path) -> str:
        build = builder.try_build(source, tag, "--copy", *builder.onto_runtime, "--allowed-uids=1-")
        assert build.exit_code == 0, build.output
        return tag

    return build
