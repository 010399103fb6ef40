"""Whatever builds the image, the model in it answers: s2i in its ways, and Docker alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from support.images import APPS, Builder, Container, doubles

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # the others differ in nothing that a build tool sees
Start = Callable[..., Container]


def test_docker_builds_the_dockerfile_that_s2i_writes(paste: Callable[[str], None], tag: str, start: Start) -> None:
    paste("s2i and Docker")
    container = start(tag)
    assert doubles(container)
    container.terminate()  # which only PID 1 hears: no shell stays before the server
    assert container.exit_code() == 0


def test_docker_builds_a_dockerfile_of_three_lines(
    by_hand: Path, tag: str, engine: docker.DockerClient, start: Start
) -> None:
    engine.images.build(path=str(by_hand), tag=tag, rm=True, forcerm=True)
    assert doubles(start(tag))


def test_what_s2iignore_names_is_left_out(tmp_path: Path, tag: str, builder: Builder) -> None:
    source = shutil.copytree(APPS / "template", tmp_path / "source")
    (source / ".s2iignore").write_text("*.csv\n!kept.csv\nnotebooks\n")
    (source / "notebooks").mkdir()
    for name in ("training.csv", "kept.csv", "notebooks/First.ipynb"):
        (source / name).write_text("")
    build = builder.try_build(source, tag, "--copy")
    assert build.exit_code == 0, build.output
    there = builder.run(tag, "ls", "--almost-all", "--ignore=__pycache__", "--ignore=*.pyc").split()
    assert sorted(there) == [".s2i", ".s2iignore", "MyModel.py", "kept.csv"]


def test_s2i_may_refuse_root(tag: str, builder: Builder, start: Start) -> None:
    build = builder.try_build(APPS / "template", tag, "--copy", "--allowed-uids=1-")
    assert build.exit_code == 0, build.output
    assert doubles(start(tag, user="123456:0"))


