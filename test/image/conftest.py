"""The builder images in turn, and containers that are gone at the end of their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from images import PARENTS, Builder, Container, candidates


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
            yield parameters["folder"]


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
