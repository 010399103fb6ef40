"""The Dockerfiles name no architecture, build alone with the images of this version, and the bake file builds every Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.pythons import TABLE

ROOT = Path(__file__).resolve().parents[2]
BUILDERS = ROOT / "builders"
BAKE = (ROOT / "docker-bake.hcl").read_text(encoding="utf-8")
VERSION = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
PYTHONS = {"python3", "python36", "python2"}


def arguments(folder: str) -> dict[str, str]:
    """The arguments that a Dockerfile declares before its first stage, with their defaults."""
    head, _, _ = (BUILDERS / folder / "Dockerfile").read_text(encoding="utf-8").partition("\nFROM ")
    return dict(re.findall(r'\b([A-Z_]+)=("[^"]*"|\S+)', head))


@pytest.mark.parametrize("path", [*BUILDERS.glob("*/Dockerfile"), *BUILDERS.glob("bin/*")], ids=str)
def test_nothing_that_builds_an_image_names_an_architecture(path: Path) -> None:
    assert not re.search(r"x86|amd64|i386|aarch64|arm64|armhf", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", [*sorted(PYTHONS), "ngraph-onnx"])
def test_it_builds_alone_on_our_images_of_this_version(folder: str) -> None:
    ours = [image for image in arguments(folder).values() if image.startswith("seldonio/")]
    assert ours
    assert {image.partition(":")[2] for image in ours} == {VERSION}


def test_bake_builds_every_python_for_both_architectures() -> None:
    assert {row.builder for row in TABLE} == PYTHONS
    assert re.search(r"python = PYTHONS\n", BAKE)  # docker-bake.json has it, which bake reads first
    assert 'dockerfile = "builders/${python.builder}/Dockerfile"' in BAKE
    assert re.findall(r"platforms += (.*)", BAKE) == ['["linux/amd64", "linux/arm64"]'] * 2
    assert f'default = "{VERSION}"' in BAKE


@pytest.mark.parametrize("folder", sorted(PYTHONS))
def test_bake_sets_the_image_and_each_base_that_the_dockerfile_names(folder: str) -> None:
    block = re.search(r"args = \{(.*?)\n  \}", BAKE, re.DOTALL)
    assert block
    bases = {name for name in arguments(folder) if name.endswith("_BASE")}
    assert set(re.findall(r"([A-Z_]+) +=", block[1])) == {"IMAGE", "PYTHON_IMAGE", *bases}
