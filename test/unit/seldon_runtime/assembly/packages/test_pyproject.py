"""Which pyproject.toml describes a package, and what is installed of the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.assembly.packages.pyproject import read_pyproject

PROJECT = '[project]\nname = "my-shop"\nversion = "1"\ndependencies = ["pricing>=1", "rounding"]\n'
BUILD = '[build-system]\nrequires = ["hatchling"]\n'


@pytest.mark.parametrize(
    "text",
    [BUILD, PROJECT + BUILD, PROJECT + "[tool.setuptools]\npy-modules = []\n", PROJECT + "[tool.uv]\npackage = true\n", "is no TOML"],
    ids=["build-system", "project", "setuptools", "uv", "no TOML"],
)
def test_a_package_is_described_in_words(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert read_pyproject(tmp_path).is_package


@pytest.mark.parametrize("place", ["my_shop", "src/my_shop"])
def test_a_project_with_a_package_of_its_name_is_one(place: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "__init__.py").touch()
    assert read_pyproject(tmp_path).is_package


@pytest.mark.parametrize(
    ("text", "dependencies"),
    [
        ("", ()),
        ("[tool.ruff]\nline-length = 100\n", ()),
        (PROJECT, ("pricing>=1", "rounding")),
        (PROJECT + BUILD + "[tool.poetry]\npackage-mode = false\n", ("pricing>=1", "rounding")),
        (PROJECT + BUILD + "[tool.uv]\npackage = false\n", ("pricing>=1", "rounding")),
        ("project = 1\n[tool]\npoetry = 1\n", ()),
    ],
    ids=["empty", "a linter's", "uv init", "poetry", "uv", "of no form"],
)
def test_what_is_no_package_has_dependencies_at_most(text: str, dependencies: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    found = read_pyproject(tmp_path)
    assert (found.is_package, found.dependencies, found.remark) == (False, dependencies, "")


def test_dependencies_in_poetrys_own_form_are_a_remark(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.10"\npricing = "^1"\n'
    )
    assert read_pyproject(tmp_path).remark.startswith("pyproject.toml: [tool.poetry.dependencies] is not read; ")


@pytest.mark.parametrize("more", ["", BUILD], ids=["application", "package"])
def test_sources_that_uv_alone_knows_are_a_remark(more: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT + more + "[tool.uv.sources]\npricing = { workspace = true }\n")
    assert read_pyproject(tmp_path).remark == (
        "pyproject.toml: [tool.uv.sources] of pricing is not read; run `uv lock`: uv.lock is read"
    )


def test_no_file_is_no_package(tmp_path: Path) -> None:
    assert not read_pyproject(tmp_path).is_package


def test_extras_of_an_application_are_dependencies_if_they_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[project]\ndependencies = ['numpy']\n[project.optional-dependencies]\ngpu = ['cupy']\ntext = ['idna']\n"
    )
    assert read_pyproject(tmp_path).dependencies == ("numpy",)
    assert read_pyproject(tmp_path, ("gpu", "other")).dependencies == ("numpy", "cupy")
