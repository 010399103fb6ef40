"""pyproject.toml: whether it describes a package that pip can build, and what else it says of requirements.

Many a file of this name has only the section of a linter, or is that of an application: a list of dependencies for
code that is never a package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

from ..text_file import read_text

_SETUPTOOLS = ("setuptools>=40.8.0",)  # builds a package that names no build requirements (PEP 518)


@dataclass(frozen=True)
class Pyproject:
    """is_package: whether pip can build a package of it. dependencies: of an application, in pip's form.

    extras: the names of those that it lists. build_requires: what it takes to build the package.
    remark: a sentence on what is not installed, or "".
    """

    is_package: bool = False
    dependencies: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    build_requires: tuple[str, ...] = _SETUPTOOLS
    remark: str = ""


def read_pyproject(folder: Path, extras: Iterable[str] = ()) -> Pyproject:
    """What the file in a folder says. extras: of an application; those that it lacks add nothing.

    pip complains of a file that is no TOML, so that counts as a package.
    """
    if not (folder / "pyproject.toml").is_file():
        return Pyproject()
    try:
        content = tomllib.loads(read_text(folder / "pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return Pyproject(is_package=True, build_requires=())
    build_requires = _texts(_table(content, "build-system").get("requires", _SETUPTOOLS))
    optional = _table(content, "project", "optional-dependencies")
    if _is_package(folder, content):
        return Pyproject(is_package=True, extras=tuple(optional), build_requires=build_requires)
    lists = [_table(content, "project").get("dependencies", ()), *(optional.get(extra, ()) for extra in extras)]
    dependencies = tuple(text for each in lists for text in _texts(each))
    of_poetry = _table(content, "tool", "poetry", "dependencies").keys() - {"python"}
    remark = (
        f"pyproject.toml: [tool.poetry.dependencies] is not read; {_EXPORT}" if of_poetry and not dependencies else ""
    )
    return Pyproject(dependencies=dependencies, extras=tuple(optional), remark=remark)


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
