"""What is installed for the model: its requirements.txt, then its own package; and whether it all agrees."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

from ..build import Build, Restored
from ..errors import InstallFailed
from ..packages import extras, other_pythons
from ..packages.brought import brought, requirements_path
from ..packages.constraints import constraint_option, server_pins, wheel_pins
from ..packages.dependencies import clashes, missing_requirements, satisfies
from ..packages.installed import importable_packages, installed_packages
from ..packages.installer import installers
from ..packages.local_files import copy_of, must_run_again
from ..packages.package_metadata import valid_requirements
from ..packages.pip_configuration import read_pip_options
from ..packages.pyproject import read_pyproject, require_python
from ..packages.requirements_file import RequirementsFile, read_requirements
from ..packages.requirements_text import with_and_without_hashes
from ..progress import Note, Warn
from . import source

_SHOWN = 60  # of pip's last lines, when it fails


def are_new(build: Build, restored: Restored) -> bool:
    """Whether there is a requirements.txt that has not been installed, or not as a whole."""
    return source.has_requirements(build) and (not restored.is_unchanged or must_run_again(build))


def may_disagree(build: Build, restored: Restored) -> bool:
    """Whether anything was installed."""
    return are_new(build, restored) or source.has_package(build) or are_of_an_application(build, restored)


def are_of_an_application(build: Build, restored: Restored) -> bool:
    """Whether pyproject.toml describes no package, and has dependencies that have not been installed."""
    if _has_lock(build):
        return False
    has_package = source.has_package(build)
    return not has_package and not restored.is_unchanged and bool(_of_application(build))


def names_extras(build: Build) -> bool:
    """Whether INSTALL_EXTRAS names any."""
    return bool(build.settings.build.install_extras)


def check_extras(build: Build) -> None:
    """Raises BadSetting for extras that the source lacks. Those of a package are known once it is installed."""
    kind = brought(build.paths.home)
    try:
        known = kind.extras(build.paths.home) if kind else extras.of_project(build.paths.home)
    except ValueError:  # the file is broken, and its tool says how
        return
    if known is not None:
        what, todo = (kind.file, kind.relock) if kind and kind.is_lock else ("the source", "leave it out")
        extras.require_known(build.settings.build.install_extras, known, what, todo)


def install_dependencies(build: Build, note: Note) -> list[str]:
    """Install the dependencies of an application. The result is what was printed. Raises InstallFailed."""
    require_python(build)
    dependencies = _of_application(build)
    file = RequirementsFile(tuple(valid_requirements(dependencies)))
    what = "the dependencies of pyproject.toml"
    return _install(build, note, what, ["--", *dependencies], build.paths.home, file)


def _of_application(build: Build) -> tuple[str, ...]:
    return read_pyproject(build.paths.home, build.settings.build.install_extras).dependencies


def title(build: Build) -> str:
    """Of the step that installs what the source lists."""
    return f"Installing {_listed(build)}"


def install(build: Build, note: Note) -> list[str]:
    """Install requirements.txt, or what a lock says. The result is what was printed. Raises InstallFailed."""
    for remark in build.wheels.remarks:
        note(remark)
    kind = brought(build.paths.home)
    if kind and kind.is_lock:
        return _install_lock(build, note, kind.file)
    path = requirements_path(build)
    file = read_requirements(path, build.pip_environment)
    if file.circles:
        circle = file.circles[0]
        raise InstallFailed(f"requirements.txt: {circle} includes itself; take one line -r or -c out of the circle")
    name = path.name if path.parent == build.paths.home else str(path)
    return _install(build, note, _listed(build), ["-r", name], build.paths.home, file)


def _listed(build: Build) -> str:
    kind = brought(build.paths.home)
    return kind.file if kind else "requirements.txt"


def _install_lock(build: Build, note: Note, lock: str) -> list[str]:
    """The packages of a lock, and no other: first those with hashes, then folders and repositories, which have none."""
    output: list[str] = []
    for entries in with_and_without_hashes(requirements_path(build).read_text(encoding="utf-8")):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("".join(f"{entry}\n" for entry in entries))
            file.flush()
            listed = read_requirements(Path(file.name), {})
            arguments = ["--no-deps", "-r", file.name]
            try:
                output += _install(build, note, lock, arguments, build.paths.home, listed) if entries else []
            except InstallFailed as error:
                raise InstallFailed(f"{error}{_on_indexes(build)}") from None
    return output


def _on_indexes(build: Build) -> str:
    """A line for a lock with packages of a private index, with a line break before it; "" if pip is told of one."""
    with contextlib.suppress(ValueError):  # the file is broken, and pip says how
        named = read_pip_options(build.pip_environment, build.python.program).keys()
        if not named & {"index-url", "extra-index-url", "no-index"}:
            place = build.paths.secrets / "pip.conf"
            return f"\nIf a package is of a private index, name that index in {place}: those of a lock are not read"
    return ""


def install_package(build: Build, note: Note, warn: Warn) -> list[str]:
    """Install the source's package, or warn. The result is what was printed. Raises InstallFailed.

    It is installed from a copy, because a build leaves files behind.
    """
    copy = copy_of(build.paths.home)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(build.paths.home, copy, symlinks=True)
    try:
        output = _install_copy(build, note, copy)
    except InstallFailed as error:
        if not source.may_go_without_package(build):
            raise
        warn(f"{error}; the class is imported from the source, whose requirements.txt says what it needs")
        return []
    finally:
        shutil.rmtree(copy)
    if not _has_lock(build):
        _check_extras_of_package(build, copy)
    return output


def _install_copy(build: Build, note: Note, copy: Path) -> list[str]:
    texts = read_pyproject(copy).build_requires
    wanted = valid_requirements(texts)
    can_build = len(wanted) == len(texts) and _are_installed(build, wanted)  # pip complains of one that is not valid
    options = ["--no-build-isolation"] if can_build else []
    options += ["--no-deps"] if _has_lock(build) else []  # it has all that the package needs
    names = ",".join(build.settings.build.install_extras)
    package = f".[{names}]" if names else "."
    return _install(build, note, "the source's package", [*options, package], copy, RequirementsFile(tuple(wanted)))


def _has_lock(build: Build) -> bool:
    kind = brought(build.paths.home)
    return kind is not None and kind.is_lock


def _check_extras_of_package(build: Build, copy: Path) -> None:
    """Raises BadSetting, because uv and pip only warn. copy: the folder from which the package was installed."""
    for package in installed_packages(build.python).values():
        if package.direct_url.get("url") == copy.as_uri():
            wanted = build.settings.build.install_extras
            extras.require_known(wanted, package.extras, "the source's package", "leave it out")


def check_agreement(build: Build, warn: Warn) -> None:
    """Raises InstallFailed, with a line for each clash, if an installed package lacks what it requires.

    A lock counts as it is, because tools let users override what packages require: there it is a warning.
    `pip check` does the same. It takes one more start of pip, and its result is a text.
    """
    lines = list(clashes(importable_packages(build.python), build.python.markers))
    if not lines:
        return
    text = "the installed packages do not agree:" + "".join(f"\n  {line}" for line in lines)
    if not _has_lock(build):
        raise InstallFailed(text)
    warn(text)


def _are_installed(build: Build, wanted: list[Requirement]) -> bool:
    """Whether pip can build the package with the packages that are there, so that it need not download any."""
    packages = installed_packages(build.python)
    return bool(wanted) and all(satisfies(each, packages) for each in wanted)


def _install(
    build: Build, note: Note, what: str, arguments: list[str], folder: Path, file: RequirementsFile
) -> list[str]:
    """Run the installers until one succeeds or nothing is left to try. Raises InstallFailed."""
    output: list[str] = []
    last: list[str] = []
    for installer in installers(build, file, note):
        if last:
            note(f"uv could not install it, and pip is tried: {build.secrets.masked(last[-1].strip())}")
        for options, pins in _attempts(build, [] if file.has_hashes else wheel_pins(build)):
            with constraint_option([*pins, *server_pins(build)]) as constraint:
                run = installer.install([*options, *constraint, *arguments], folder)
            last = run.output
            output += last
            if run.exit_code == 0:
                return output
    options = [each for each in arguments if each == "--no-deps"]
    raise _failure(build, what, file.requirements, last, other_pythons.advice(build, file.requirements, options))


def _attempts(build: Build, pins: list[str]) -> list[tuple[list[str], list[str]]]:
    """The options and pins for one attempt after the other.

    First the wheels alone, so that no index is used if they suffice. Then the index as well. Last without the pins,
    because they may contradict a requirement.
    """
    offline = (["--no-index"], pins)
    if build.settings.build.pip_no_index:
        attempts = [offline]
    else:
        attempts = [offline, ([], pins)] if build.wheels.usable else [([], pins)]
    return [*attempts, (attempts[-1][0], [])] if pins else attempts


def _failure(build: Build, what: str, wanted: Iterable[Requirement], output: list[str], advice: str) -> InstallFailed:
    """If only the wheels count, the failure names all that is missing. Otherwise pip's last lines are printed above."""
    missing = missing_requirements(build, wanted) if build.settings.build.pip_no_index else []
    if missing:
        lines = "".join(f"\n  {line}" for line in missing)
        return InstallFailed(f"{what}: PIP_NO_INDEX is set, and {build.paths.wheels} lacks:{lines}")
    if not build.settings.build.log_level:
        print(build.secrets.masked("\n".join(output[-_SHOWN:])), file=sys.stderr, flush=True)
    return InstallFailed(f"{what}: pip could not install it; the lines above say what and why{advice}")
