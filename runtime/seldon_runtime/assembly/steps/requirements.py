"""What is installed for the model: its requirements.txt, then its own package; and whether it all agrees."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import tomllib
from packaging.requirements import InvalidRequirement, Requirement

from ..build import Build, Restored
from ..errors import InstallFailed
from ..packages.constraints import constraint_option, server_pins, wheel_pins
from ..packages.dependencies import clashes, missing_requirements, satisfies
from ..packages.installed import importable_packages, installed_packages
from ..packages.pip import pip_install
from ..packages.requirements_file import read_requirements
from ..progress import Note
from . import source

_SHOWN = 60  # of pip's last lines, when it fails
_SETUPTOOLS = ["setuptools>=40.8.0"]  # builds a package that names no build requirements (PEP 518)


def are_new(build: Build, restored: Restored) -> bool:
    """Whether there is a requirements.txt that has not been installed."""
    return source.has_requirements(build) and not restored.is_unchanged


def may_disagree(build: Build, restored: Restored) -> bool:
    """Whether anything was installed."""
    return are_new(build, restored) or source.has_package(build)


def install(build: Build, note: Note) -> list[str]:
    """Install requirements.txt. The result is what pip has printed. Raises InstallFailed."""
    for remark in build.wheels.remarks:
        note(remark)
    file = read_requirements(build.paths.home / "requirements.txt", build.pip_environment)
    pins = [] if file.has_hashes else wheel_pins(build)
    arguments = ["-r", "requirements.txt"]
    return _install(build, "requirements.txt", arguments, build.paths.home, pins, file.requirements)


def install_package(build: Build) -> list[str]:
    """Install the source's package. The result is what pip has printed. Raises InstallFailed.

    It is installed from a copy, because a build leaves files behind.
    """
    # The name of the copy gets into the metadata of the installed package, so it is always the same.
    copy = Path(tempfile.gettempdir()) / "-".join(("source-of", *build.paths.home.parts[1:]))
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(build.paths.home, copy, symlinks=True)
    wanted = _build_requirements(copy)
    options = ["--no-build-isolation"] if _are_installed(build, wanted) else []
    try:
        return _install(build, "the source's package", [*options, "."], copy, wheel_pins(build), wanted)
    finally:
        shutil.rmtree(copy)


def check_agreement(build: Build) -> None:
    """Raises InstallFailed, with a line for each clash, if an installed package lacks what it requires.

    `pip check` does the same. It takes one more start of pip, and its result is a text.
    """
    lines = list(clashes(importable_packages(build.python), build.python.markers))
    if lines:
        raise InstallFailed("the installed packages do not agree:" + "".join(f"\n  {line}" for line in lines))


def _build_requirements(folder: Path) -> list[Requirement]:
    """What it takes to build the package in a folder; nothing for a pyproject.toml that pip will complain about."""
    file, texts = folder / "pyproject.toml", _SETUPTOOLS
    with contextlib.suppress(tomllib.TOMLDecodeError, InvalidRequirement):
        if file.is_file():
            texts = tomllib.loads(file.read_text("utf-8")).get("build-system", {}).get("requires", _SETUPTOOLS)
        return [Requirement(text) for text in texts]
    return []


def _are_installed(build: Build, wanted: list[Requirement]) -> bool:
    """Whether pip can build the package with the packages that are there, so that it need not download any."""
    packages = installed_packages(build.python)
    return bool(wanted) and all(satisfies(each, packages) for each in wanted)


def _install(
    build: Build, what: str, arguments: list[str], folder: Path, pins: list[str], wanted: Iterable[Requirement]
) -> list[str]:
    """Run pip until it succeeds or nothing is left to try. Raises InstallFailed."""
    output: list[str] = []
    last: list[str] = []
    for options, kept in _attempts(build, pins):
        with constraint_option([*kept, *server_pins(build)]) as constraint:
            run = pip_install(build, [*options, *constraint, *arguments], folder)
        last = run.output
        output += last
        if run.exit_code == 0:
            return output
    raise _failure(build, what, wanted, last)


def _attempts(build: Build, pins: list[str]) -> list[tuple[list[str], list[str]]]:
    """pip's options and pins for one attempt after the other.

    First the wheels alone, so that no index is used if they suffice. Then the index as well. Last without the pins,
    because they may contradict a requirement.
    """
    offline = (["--no-index"], pins)
    if build.settings.build.pip_no_index:
        attempts = [offline]
    else:
        attempts = [offline, ([], pins)] if build.wheels.usable else [([], pins)]
    return [*attempts, (attempts[-1][0], [])] if pins else attempts


def _failure(build: Build, what: str, wanted: Iterable[Requirement], output: list[str]) -> InstallFailed:
    """If only the wheels count, the failure names all that is missing. Otherwise pip's last lines are printed above."""
    missing = missing_requirements(build, wanted) if build.settings.build.pip_no_index else []
    if missing:
        lines = "".join(f"\n  {line}" for line in missing)
        return InstallFailed(f"{what}: PIP_NO_INDEX is set, and {build.paths.wheels} lacks:{lines}")
    if not build.settings.build.log_level:
        print(build.secrets.masked("\n".join(output[-_SHOWN:])), file=sys.stderr, flush=True)
    return InstallFailed(f"{what}: pip could not install it; the lines above say what and why")
