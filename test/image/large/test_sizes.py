"""What images may have on top of their interpreter's: docs/building.md has the table, `make sizes` the parts."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from support.images import EXAMPLES, Builder, Container
from support.pythons import DEFAULT
from support.server import ROOT

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
Start = Callable[..., Container]
MB = 1e6
BASE = f"python:{DEFAULT}-slim-trixie"
FLOWERS = {"data": {"ndarray": [[5.1, 3.5, 1.4, 0.2]]}}
# what is built -> MB on top of its interpreter's image: as measured, of the previous version, and at most
ROWS = re.findall(r"^\| `(.+?)`.* \| (\d+) \| (\d+) \| (\d+) \|$", (ROOT / "docs" / "building.md").read_text(), re.MULTILINE)
TABLE = {name: tuple(map(int, sizes)) for name, *sizes in ROWS}


@pytest.fixture(scope="module")
def base_size(engine: docker.DockerClient) -> float:
    """MB of the base image of the builder's interpreter."""
    return float(engine.images.get(BASE).attrs["Size"] / MB)


def test_the_documented_bounds_are_the_budget() -> None:
    assert {name: most for name, (_, _, most) in TABLE.items()} == {
        "seldon-core-s2i-python3": 560, "examples/model-template": 225, "examples/model-sklearn": 420}  # fmt: skip


def test_the_builder_is_as_small_as_documented(base_size: float, builder: Builder) -> None:
    measured, _, most = TABLE["seldon-core-s2i-python3"]
    size = builder.image.attrs["Size"] / MB - base_size
    assert size <= most
    assert size == pytest.approx(measured, abs=10)


@pytest.mark.parametrize("example", [EXAMPLES / "model-template", EXAMPLES / "model-sklearn"], ids=lambda example: example.name)
def test_an_image_is_as_small_as_documented(
    example: Path, onto_runtime: Callable[[Path], str], base_size: float, engine: docker.DockerClient, start: Start
) -> None:
    image = onto_runtime(example)
    assert start(image).wait_until_ready().predict(FLOWERS).status_code == 200
    measured, _, most = TABLE[f"examples/{example.name}"]
    size = engine.images.get(image).attrs["Size"] / MB - base_size
    assert size <= most
    assert size == pytest.approx(measured, abs=10)


def test_make_sizes_prints_each_part_beside_the_previous_versions(base_size: float, builder: Builder) -> None:
    command: list[str | Path] = [ROOT / "make" / "sizes.py", "debian:trixie-slim", f"{builder.name}={BASE}"]
    heading, *lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    whole, above = builder.image.attrs["Size"] / MB, builder.image.attrs["Size"] / MB - base_size
    assert heading == f"{builder.name}: {whole:.0f} MB, {above:.0f} on top of {BASE}"
    rows = [re.fullmatch(r"  (\S.{21}) +([\d.]+)   before: +([\d.]+)", line) for line in lines]
    parts = {row[1].strip(): (float(row[2]), float(row[3])) for row in rows if row}
    assert len(parts) == len(lines) == 9
    now, before = parts.pop("all")
    assert now == pytest.approx(whole, abs=0.1)
    assert [sum(each) for each in zip(*parts.values(), strict=True)] == pytest.approx([now, before], abs=1)
    # the base image is the one of this machine: its size differs by some MB from the one of the record
    assert before - base_size == pytest.approx(TABLE["seldon-core-s2i-python3"][1], abs=15)
    assert all(size > 0 for size, _ in parts.values())
