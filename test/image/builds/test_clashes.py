"""Requirements that do not agree end `s2i build`, with a line for each package that says what it wants."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.images import Build, Builder, source_of
from support.package_index import make_wheel

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # what pip says is tested on each Python in test/scripts


def build_with_wheels(folder: Path, tag: str, builder: Builder, *options: str) -> Build:
    """Of what needs all of folder/whl, and nothing but that."""
    names = sorted({wheel.name.partition("-")[0] for wheel in (folder / "whl").iterdir()})
    wheels = ("-i", f"{folder / 'whl'}:/whl", "-e", "PIP_NO_INDEX=1")
    return builder.try_build(source_of(folder / "source", *names), tag, "--copy", *wheels, *options)


def test_installed_packages_that_clash_are_named(builder: Builder, tag: str, tmp_path: Path) -> None:
    make_wheel(tmp_path / "whl", "pricing", "1.0", requires=["rounding>=2"])
    make_wheel(tmp_path / "whl", "rounding", "1.5")
    build = build_with_wheels(tmp_path, tag, builder, "-e", "PIP_NO_DEPS=1")
    assert build.exit_code != 0
    assert (
        "the installed packages do not agree:\n"
        "pricing 1.0 has requirement rounding>=2, but you have rounding 1.5.\n"
    ) in build.output  # fmt: skip


def test_requirements_that_clash_are_named_before_anything_is_installed(
    builder: Builder, tag: str, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "whl", "pricing", "1.0", requires=["rounding>=2"])
    make_wheel(tmp_path / "whl", "shipping", "1.0", requires=["rounding<2"])
    for version in ("1.5", "2.0"):
        make_wheel(tmp_path / "whl", "rounding", version)
    build = build_with_wheels(tmp_path, tag, builder)
    assert build.exit_code != 0
    assert "pricing 1.0 depends on rounding>=2\nshipping 1.0 depends on rounding<2\n" in build.output
    assert "requirements.txt: pip could not install it; the lines above say what and why\n" in build.output
