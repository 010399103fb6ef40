"""Whatever builds the image, the model in it answers: s2i in its ways, docker, and buildah, which needs no daemon."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from images import APPS, Build, Builder, Container, candidates

pytestmark = pytest.mark.docker
Start = Callable[..., Container]
DOCKERFILE = "FROM {builder}\nCOPY . /tmp/src\nRUN /s2i/bin/assemble\n"


def answers(container: Container) -> bool:
    """Whether the template's model is served."""
    answer = container.wait_until_ready().predict({"data": {"ndarray": [[1, 2]]}})
    return bool(answer.json()["data"]["ndarray"] == [[2, 4]])


@pytest.fixture
def written(builder: Builder, tmp_path: Path) -> Path:
    """A folder with the Dockerfile that s2i writes, and what it copies."""
    folder = tmp_path / "context"
    folder.mkdir()
    build = Build.of("build", APPS / "template", builder.name, "--copy", "--as-dockerfile", folder / "Dockerfile")
    assert build.exit_code == 0, build.output
    return folder


@pytest.fixture
def by_hand(builder: Builder, tmp_path: Path) -> Path:
    """A source with a Dockerfile of three lines."""
    folder = shutil.copytree(APPS / "template", tmp_path / "by-hand")
    (folder / "Dockerfile").write_text(DOCKERFILE.format(builder=builder.name))
    return folder


def test_docker_builds_the_dockerfile_that_s2i_writes(
    written: Path, tag: str, engine: docker.DockerClient, start: Start
) -> None:
    engine.images.build(path=str(written), tag=tag, rm=True, forcerm=True)
    container = start(tag)
    assert answers(container)
    container.terminate()  # which only PID 1 hears: no shell stays before the server
    assert container.exit_code() == 0


def test_docker_builds_a_dockerfile_of_three_lines(
    by_hand: Path, tag: str, engine: docker.DockerClient, start: Start
) -> None:
    engine.images.build(path=str(by_hand), tag=tag, rm=True, forcerm=True)
    assert answers(start(tag))


@pytest.mark.buildah
@pytest.mark.parametrize("builder", candidates()[:1], indirect=True, ids=lambda name: name.rpartition("/")[2])
@pytest.mark.parametrize("context", ["written", "by_hand"])
def test_buildah_builds_both_without_a_daemon(
    context: str, request: pytest.FixtureRequest, buildah: Callable[..., None], tag: str, start: Start
) -> None:
    folder: Path = request.getfixturevalue(context)
    buildah("bud", "--isolation=chroot", f"--tag={tag}", folder)
    buildah("push", tag, f"docker-daemon:{tag}:latest")
    container = start(tag)
    assert answers(container)
    container.terminate()
    assert container.exit_code() == 0


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
    assert answers(start(tag, user="123456:0"))


