"""The builder images in turn, and containers that are gone at the end of their test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from images import Builder, Container, candidates


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env(timeout=120)
    yield client
    client.close()


@pytest.fixture(scope="session", params=candidates(), ids=lambda name: name.rpartition("/")[2])
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


@pytest.fixture
def tag(builder: Builder) -> Iterator[str]:
    """A name for the one image that the test builds; nothing that bears it is left."""
    name = f"seldon-s2i-test/one-{os.getpid()}"
    yield name
    builder.forget(name)


@pytest.fixture
def buildah(builder: Builder, tag: str) -> Iterator[Callable[..., None]]:
    """buildah with the builder in its own store, which it leaves as it was."""

    def run(*arguments: object) -> None:
        ended = subprocess.run(["buildah", *map(str, arguments)], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    run("pull", f"docker-daemon:{builder.name}")
    yield run
    run("rmi", "--force", tag, builder.name)
