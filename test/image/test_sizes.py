"""What images may have on top of their interpreter's: docs/building.md has the table, `make sizes` the parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from images import EXAMPLES, Builder, Container

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
Start = Callable[..., Container]
MB = 1e6
# source -> what its image may have, in MB, on top of the base image of its interpreter
MOST = {EXAMPLES / "model-template": 225, EXAMPLES / "model-sklearn": 420}
FLOWERS = {"data": {"ndarray": [[5.1, 3.5, 1.4, 0.2]]}}


@pytest.fixture(scope="module")
def base_size(engine: docker.DockerClient) -> float:
    """MB of the base image of the builder's interpreter."""
    return float(engine.images.get("python:3.13-slim-trixie").attrs["Size"] / MB)


def test_the_builder_has_at_most_520_mb_on_top_of_its_interpreters_image(base_size: float, builder: Builder) -> None:
    assert builder.image.attrs["Size"] / MB - base_size <= 520


@pytest.mark.parametrize("folder", MOST, ids=lambda folder: folder.name)
def test_an_image_is_small(
    folder: Path,
    onto_runtime: Callable[[Path], str],
    base_size: float,
    engine: docker.DockerClient,
    start: Start,
) -> None:
    image = onto_runtime(folder)
    assert start(image).wait_until_ready().predict(FLOWERS).status_code == 200
    assert engine.images.get(image).attrs["Size"] / MB - base_size <= MOST[folder]
