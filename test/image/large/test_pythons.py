"""The python3 builder on the oldest and the newest Python of the table: `make` builds it, it builds a model, and that serves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date

import docker
import pytest
from seldon_runtime.assembly.end_of_life import ended, sentence
from support.images import APPS, Builder, Container, builder_on, doubles
from support.pythons import DEFAULT, TABLE

pytestmark = pytest.mark.docker
OF_PYTHON3 = [row.version for row in TABLE if row.builder == "python3"]
ENDS = [] if "IMAGE_NAME" in os.environ else [OF_PYTHON3[0], OF_PYTHON3[-1]]


@pytest.fixture(scope="module", params=ENDS)
def at_the_end(request: pytest.FixtureRequest, engine: docker.DockerClient) -> Iterator[Builder]:
    """The builder of one of the two versions."""
    builder = builder_on(engine, request.param)
    yield builder
    builder.forget_all()


def test_it_builds_a_model_that_serves(at_the_end: Builder, start: Callable[..., Container]) -> None:
    version, tag = at_the_end.python, f"seldon-s2i-test/at-the-end:{os.getpid()}"
    assert at_the_end.name.endswith(f"-py{version}")
    assert at_the_end.server_python == DEFAULT
    try:
        build = at_the_end.try_build(APPS / "template", tag, "--copy")
        assert build.exit_code == 0, build.output
        until = ended(version, date.today())
        assert [line for line in build.output.splitlines() if " security fixes " in line] == (
            [sentence(version, until, DEFAULT)] if until else []
        )
        assert doubles(start(tag))
    finally:
        at_the_end.forget(tag)
