"""apt.txt: Debian packages that a model needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from support.images import Build, Builder, Container, source_with

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
Start = Callable[..., Container]


def test_root_installs_what_apt_txt_names_for_a_user_who_is_not_root(
    tmp_path: Path, tag: str, builder: Builder, start: Start
) -> None:
    source = source_with(tmp_path / "source", apt_txt="tree  # lists folders\n\npython3  # which many packages need\n")
    build = builder.try_build(source, tag, "--copy", "--assemble-user=0")
    assert build.exit_code == 0, build.output
    assert "1 file" in builder.run(tag, "tree", "/microservice/.s2i", "-a")
    assert builder.run(tag, "sh", "-c", "id -u; ls /var/lib/apt/lists") == "1001"
    assert start(tag, user="123456:0").wait_until_ready()


def test_root_installs_them_into_the_slim_image_as_well(tmp_path: Path, tag: str, builder: Builder) -> None:
    source = source_with(tmp_path / "source", apt_txt="tree\n")
    as_root = ("--assemble-user=0", "--assemble-runtime-user=0")
    build = builder.try_build(source, tag, "--copy", *as_root, *builder.onto_runtime)
    assert build.exit_code == 0, build.output
    assert "1 file" in builder.run(tag, "tree", "/microservice/.s2i", "-a")
    assert builder.run(tag, "id", "-u") == "1001"


def test_without_root_the_recipe_for_a_child_of_the_builder_is_printed_and_it_works(
    tmp_path: Path, tag: str, builder: Builder, engine: docker.DockerClient
) -> None:
    source, child = source_with(tmp_path / "source", apt_txt="tree\n"), f"{tag}-child"
    build = builder.try_build(source, tag, "--copy")
    assert build.exit_code != 0
    assert "apt.txt: not in this image: tree." in build.output
    recipe = [line for line in build.output.splitlines() if line.startswith(("FROM ", "USER ", "RUN "))]
    assert len(recipe) == 4
    (tmp_path / "child").mkdir()
    (tmp_path / "child" / "Dockerfile").write_text("\n".join(recipe))
    try:
        engine.images.build(path=str(tmp_path / "child"), tag=child, rm=True, forcerm=True)
        build = Build.of("build", source, child, tag, "--copy", "--pull-policy=never")
        assert build.exit_code == 0, build.output
    finally:
        builder.forget(tag)
        builder.forget(child)


def test_a_line_of_apt_txt_that_is_no_package_is_named(tmp_path: Path, tag: str, builder: Builder) -> None:
    source = source_with(tmp_path / "source", apt_txt="tree\n--allow-unauthenticated\n")
    build = builder.try_build(source, tag, "--copy", "--assemble-user=0")
    assert build.exit_code != 0
    assert "apt.txt, line 2: expected a Debian package's name, or name=version, found '--allow-unauthenticated'" in (
        build.output
    )


