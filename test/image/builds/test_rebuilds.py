"""The same source, built again: nothing is installed twice, and nothing grows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from support.images import EXAMPLES, Build, Builder, Container, source_of
from support.package_index import make_wheel
from support.server import ROOT

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # what is handed over and taken back is tested on each Python in test/scripts


def rebuild(builder: Builder, folder: Path, tag: str, *options: str) -> Build:
    build = builder.try_build(folder, tag, "--copy", "--incremental", "--rm", *options)
    assert build.exit_code == 0, build.output
    return build


def steps(text: str) -> list[str]:
    """The numbered lines of a build, without their seconds."""
    return re.findall(r"^ *(\d+\. .*\S) +[\d.]+ s$", text, re.MULTILINE)


def test_the_scikit_learn_example_is_not_installed_again(
    builder: Builder, tag: str, start: Callable[..., Container]
) -> None:
    first = rebuild(builder, EXAMPLES / "model-sklearn", tag)
    assert steps(first.output) == steps((ROOT / "docs" / "building.md").read_text())
    build = rebuild(builder, EXAMPLES / "model-sklearn", tag)
    assert "the requirements are unchanged" in build.output
    assert "Installing" not in build.output
    packages = json.loads(builder.run(tag, "describe", "--json"))["build"]["packages"]
    assert ["cache"] == [each["origin"] for each in packages if each["name"] == "scikit-learn"]
    assert start(tag).wait_until_ready().predict({"data": {"ndarray": [[5.1, 3.5, 1.4, 0.2]]}}).status_code == 200


def test_ten_rebuilds_leave_the_image_at_its_size(
    builder: Builder, engine: docker.DockerClient, tag: str, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "whl", "pricing", "1.0", size=3_000_000)
    folder = source_of(tmp_path / "source", "pricing", PIP_NO_INDEX="1")
    wheels = ("-i", f"{tmp_path / 'whl'}:/whl")
    rebuild(builder, folder, tag, *wheels)
    first = engine.images.get(tag).attrs["Size"]
    for _ in range(10):
        assert "1 packages of the earlier build are reused" in rebuild(builder, folder, tag, *wheels).output
        assert engine.images.get(tag).attrs["Size"] == pytest.approx(first, abs=1_000_000)
