"""The python3 builder on other Pythons. Each takes a while to make, so they are made while other tests run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import docker
import pytest
from support.images import Builder, builder_on


@pytest.fixture(scope="session", autouse=True)
def builders(request: pytest.FixtureRequest, engine: docker.DockerClient) -> Iterator[dict[str, Future[Builder]]]:
    """Version of Python -> the builder on it, for all tests that will run; one is made after the other."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and hasattr(item, "callspec")]
    wanted = [item.callspec.params.get("on_python") for item in items]
    versions = [version for version in dict.fromkeys(wanted) if isinstance(version, str)]  # a test without one is skipped
    with ThreadPoolExecutor(1) as thread:
        yield {version: thread.submit(builder_on, engine, version) for version in versions}


@pytest.fixture(scope="session")
def on_python(request: pytest.FixtureRequest, builders: dict[str, Future[Builder]]) -> Iterator[Builder]:
    """The builder on the version that is the parameter."""
    builder = builders[request.param].result()
    yield builder
    builder.forget_all()
