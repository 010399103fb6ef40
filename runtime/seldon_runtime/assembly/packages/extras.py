"""The extras that a source has, so that a build ends if INSTALL_EXTRAS names another one.

Most tools say nothing of an extra that they do not know, or only warn: the image would lack packages.
The functions `of_…` are for one kind of file each, and raise ValueError for one that is broken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from packaging.utils import canonicalize_name

from ...errors import BadSetting
from ..text_file import read_text, read_toml
from .pyproject import read_pyproject

_LOCAL = {"virtual", "editable"}  # sources of the members of a workspace in uv.lock
_NO_CATEGORIES = ("_meta", "default", "develop")  # of a Pipfile.lock


def require_known(wanted: Iterable[str], known: Iterable[str], what: str, todo: str) -> None:
    """Raises BadSetting for an INSTALL_EXTRAS that names what is not known. what: has the known ones.

    todo: what else to do than to correct it.
    """
    names = {canonicalize_name(name) for name in known}
    unknown = [name for name in wanted if canonicalize_name(name) not in names]
    if unknown:
        raise BadSetting(
            f"INSTALL_EXTRAS: expected extras of {what} ({', '.join(sorted(known)) or 'it has none'}), "
            f"found '{', '.join(unknown)}'; correct it, or {todo}"
        )


def of_project(home: Path) -> list[str] | None:
    """Of a pyproject.toml that is no package; pip alone knows those of a package, as setup.py may compute them."""
    pyproject = read_pyproject(home)
    return None if pyproject.is_package or (home / "setup.py").is_file() else list(pyproject.extras)


def of_uv(home: Path) -> list[str]:
    """Of the project itself, or of all members of a workspace that has none."""
    packages = read_toml(home / "uv.lock").get("package", ())
    members = [package for package in packages if _LOCAL & package.get("source", {}).keys()]
    own = [package for package in members if "." in package["source"].values()]
    listed = [package.get("metadata", {}).get("provides-extras", ()) for package in own or members]
    return sorted({name for each in own or members for name in each.get("optional-dependencies", ())}.union(*listed))


def of_poetry(home: Path) -> list[str]:
    return sorted(read_toml(home / "poetry.lock").get("extras", ()))


def of_pdm(home: Path) -> list[str]:
    """The lock has groups for development, too. Locks of PDM before 2.8 name no groups."""
    extras = read_pyproject(home).extras
    groups = read_toml(home / "pdm.lock").get("metadata", {}).get("groups", extras)
    return [extra for extra in extras if extra in groups]


def of_pylock(home: Path) -> list[str]:
    return sorted(read_toml(home / "pylock.toml").get("extras", ()))


def of_pipenv(home: Path) -> list[str]:
    """Pipenv has categories in place of extras."""
    return sorted(name for name in json.loads(read_text(home / "Pipfile.lock")) if name not in _NO_CATEGORIES)
