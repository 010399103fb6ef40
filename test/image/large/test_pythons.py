"""The python3 builder on the oldest and the newest Python of the table: `make` builds it, it builds a model, and that serves."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date

import pytest
from seldon_runtime.assembly.end_of_life import ended, sentence
from support.images import APPS, Builder, Container, doubles
from support.pythons import DEFAULT, TABLE

pytestmark = pytest.mark.docker
OF_PYTHON3 = [row.version for row in TABLE if row.builder == "python3"]
ENDS = [] if "IMAGE_NAME" in os.environ else [OF_PYTHON3[0], OF_PYTHON3[-1]]


@pytest.mark.parametrize("on_python", ENDS, indirect=True)
def test_it_builds_a_model_that_serves(on_python: Builder, start: Callable[..., Container]) -> None:
    version, tag = on_python.python, f"seldon-s2i-test/at-the-end:{os.getpid()}"
    assert on_python.name.endswith(f"-py{version}")
    assert on_python.server_python == DEFAULT
    try:
        build = on_python.try_build(APPS / "template", tag, "--copy")
        assert build.exit_code == 0, build.output
        until = ended(version, date.today())
        assert [line for line in build.output.splitlines() if " security fixes " in line] == (
            [sentence(version, until, DEFAULT)] if until else []
        )
        assert doubles(start(tag))
    finally:
        on_python.forget(tag)
