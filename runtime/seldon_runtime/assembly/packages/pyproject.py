"""pyproject.toml: whether it describes a package that pip can build, and what else it says of requirements.

Many a file of this name has only the section of a linter, or is that of an application: a list of dependencies for
code that is never a package.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ..build import Build
from ..errors import InstallFailed
from ..text_file import BadToml, read_toml

_SETUPTOOLS = ("setuptools>=40.8.0",)  # builds a package that names no build requirements (PEP 518)


@dataclass(frozen=True)
class Pyproject:
    """is_package: whether pip can build a package of it. dependencies: of an application, in pip's form.

    extras: the names of those that it lists. requires_python: of the project, or "".
    build_requires: what it takes to build the package. remark: a sentence on what is not installed, or "".
    """

    is_package: bool = False
    dependencies: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    requires_python: str = ""
    build_requires: tuple[str, ...] = _SETUPTOOLS
    remark: str = ""


def read_pyproject(folder: Path, extras: Iterable[str] = ()) -> Pyproject:
    """What the file in a folder says. extras: of an application; those that it lacks add nothing.

    pip complains of a file that is no TOML, so that counts as a package.
    """
    if not (folder / "pyproject.toml").is_file():
        return Pyproject()
    try:
        content = read_toml(folder / "pyproject.toml")
    except BadToml:
        return Pyproject(is_package=True, build_requires=())
    build_requires = _texts(_table(content, "build-system").get("requires", _SETUPTOOLS))
    project, optional = _table(content, "project"), _table(content, "project", "optional-dependencies")
    pyproject = Pyproject(extras=tuple(optional), requires_python=str(project.get("requires-python", "")))
    if _is_package(folder, content):
        return replace(pyproject, is_package=True, build_requires=build_requires, remark=_of_uv(content))
    lists = [project.get("dependencies", ()), *(optional.get(extra, ()) for extra in extras)]
    dependencies = tuple(text for each in lists for text in _texts(each))
    of_poetry = _table(content, "tool", "poetry", "dependencies").keys() - {"python"}
    remark = (
        f"pyproject.toml: [tool.poetry.dependencies] is not read; {_EXPORT}" if of_poetry and not dependencies else ""
    )
    return replace(pyproject, dependencies=dependencies, remark=remark or _of_uv(content))


def _of_uv(content: Mapping[str, Any]) -> str:
    """pip would take the packages of these names from the index, which may be those of a stranger."""
    names = ", ".join(_table(content, "tool", "uv", "sources"))
    return f"pyproject.toml: [tool.uv.sources] of {names} is not read; run `uv lock`: uv.lock is read" if names else ""


def require_python(build: Build) -> None:
    """Raises InstallFailed if the project is not for the model's Python. pip looks at that of packages alone."""
    wanted, version = read_pyproject(build.paths.home).requires_python, build.python.markers["python_full_version"]
    with contextlib.suppress(InvalidSpecifier):  # the tool that reads the file says it
        if not SpecifierSet(wanted).contains(version, prereleases=True):
            raise InstallFailed(
                f"pyproject.toml: requires-python: expected a range with Python {version}, found '{wanted}'; "
                "build with the builder for such a Python, or change the range"
            )


_EXPORT = "run `poetry lock`, because poetry.lock is read, or write what the model needs into requirements.txt"


def _is_package(folder: Path, content: Mapping[str, Any]) -> bool:
    """Poetry and uv say it in words. Without [build-system], only a layout of folders makes a project a package."""
    if _table(content, "tool", "poetry").get("package-mode") is False:
        return False
    is_package = _table(content, "tool", "uv").get("package")
    if isinstance(is_package, bool):
        return is_package
    if "build-system" in content or _table(content, "tool", "setuptools"):
        return True
    name = re.sub(r"[-.]+", "_", str(_table(content, "project").get("name", "")))
    return bool(name) and any((folder / place / name / "__init__.py").is_file() for place in ("src", "."))


def _table(content: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """A table within tables; empty if it is absent, or is none."""
    for name in names:
        found = content.get(name)
        content = found if isinstance(found, dict) else {}
    return content


def _texts(values: object) -> tuple[str, ...]:
    return tuple(text for text in values if isinstance(text, str)) if isinstance(values, list | tuple) else ()
