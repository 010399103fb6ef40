"""The Dockerfiles say the same of every Python, nothing of an architecture, and the bake file builds all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILDERS = ROOT / "builders"
BAKE = (ROOT / "docker-bake.hcl").read_text(encoding="utf-8")
# folder -> what its file has where another has its own
PYTHONS = {
    "python3": ("python:3.13-slim-trixie", "python3", "Python 3"),
    "python36": ("python:3.6-slim", "python36", "Python 3.6"),
    "python2": ("python:2.7-slim", "python27", "Python 2.7"),
}


def lines(folder: str) -> list[str]:
    """A Dockerfile without its first line, with the same names in every one."""
    image, tag, name = PYTHONS[folder]
    text = (BUILDERS / folder / "Dockerfile").read_text(encoding="utf-8").replace(image, "python:X")
    text = re.sub(rf"{name}(?=[\")])", "Python X", text).replace(f"s2i-{folder}", "s2i-pythonX")
    return text.replace(f"model,python,{tag}", "model,python,pythonX").splitlines()[1:]


@pytest.mark.parametrize("folder", PYTHONS)
def test_the_pythons_differ_in_a_comment_the_base_image_and_names_alone(folder: str) -> None:
    assert lines(folder) == lines("python3")


@pytest.mark.parametrize("path", [*BUILDERS.glob("*/Dockerfile"), *BUILDERS.glob("bin/*")], ids=str)
def test_nothing_that_builds_an_image_names_an_architecture(path: Path) -> None:
    assert not re.search(r"x86|amd64|i386|aarch64|arm64|armhf", path.read_text(encoding="utf-8"))


def test_bake_builds_every_python_for_both_architectures() -> None:
    pairs = re.findall(r'\{ name = "(\w+)", image = "([^"]+)" \}', BAKE)
    assert pairs == [(folder, image) for folder, (image, _, _) in PYTHONS.items()]
    assert re.findall(r"platforms += (.*)", BAKE) == ['["linux/amd64", "linux/arm64"]'] * 2
    assert f'default = "{(ROOT / "VERSION").read_text().strip()}"' in BAKE


def test_bakes_arguments_are_those_of_the_dockerfiles() -> None:
    block = re.search(r"args = \{(.*?)\n  \}", BAKE, re.DOTALL)
    assert block
    declared = re.findall(r"\b([A-Z_]+)=", "\n".join(line for line in lines("python3") if line.startswith("ARG ")))
    assert set(re.findall(r"([A-Z_]+) +=", block[1])) <= set(declared)
