"""The files that say what a model needs: which one counts, and how it becomes requirements for pip.

Each lock is read by the tool that writes it, or by a library of its standard. A new kind is one row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..build import Build
from ..progress import Warn
from . import conda, extras, lock_exports
from .pyproject import read_pyproject


@dataclass(frozen=True)
class Kind:
    """file: its name. export: its requirements, as text for pip; None: pip reads the file itself.

    relock: how a lock gets what it lacks; "" for what is no lock.
    extras: of a folder, those that INSTALL_EXTRAS may name; None if only the installed package tells.
    """

    file: str
    export: Callable[[Build, Warn], str] | None = None
    relock: str = ""
    extras: Callable[[Path], list[str] | None] = extras.of_project

    @property
    def is_lock(self) -> bool:
        """Whether each package has an exact version, so that nothing else may be installed for it."""
        return bool(self.relock)


def _of(export: Callable[[Build], str]) -> Callable[[Build, Warn], str]:
    return lambda build, _: export(build)


_PACKAGE = Kind("setup.py or pyproject.toml")
# in the order in which they count
KINDS = (
    Kind("uv.lock", _of(lock_exports.of_uv), "add it to the project and run `uv lock`", extras.of_uv),
    Kind("poetry.lock", _of(lock_exports.of_poetry), "add it to the project and run `poetry lock`", extras.of_poetry),
    Kind("pdm.lock", _of(lock_exports.of_pdm), "add it to the project and run `pdm lock --group :all`", extras.of_pdm),
    Kind("pylock.toml", _of(lock_exports.of_pylock), "lock again with it", extras.of_pylock),
    Kind("Pipfile.lock", _of(lock_exports.of_pipenv), "add it to the Pipfile and run `pipenv lock`", extras.of_pipenv),
    Kind("requirements.txt"),
    _PACKAGE,
    Kind(conda.FILE, conda.of_conda),
)
FILES = tuple(kind.file for kind in KINDS if kind is not _PACKAGE)


def brought(home: Path) -> Kind | None:
    """The first kind that is in a source, or None."""
    return next((kind for kind in KINDS if _is_there(home, kind)), None)


def not_read(home: Path) -> list[str]:
    """Files of later kinds that are there, and of which nothing is read. A package is installed beside any kind."""
    first = brought(home)
    if first is None:
        return []
    return [kind.file for kind in KINDS[KINDS.index(first) + 1 :] if kind is not _PACKAGE and _is_there(home, kind)]


def requirements_path(build: Build) -> Path:
    """The file that pip reads: the source's own requirements.txt, or what was exported. It need not exist."""
    kind = brought(build.paths.home)
    return exported_path(build) if kind and kind.export else build.paths.home / "requirements.txt"


def exported_path(build: Build) -> Path:
    """Where the requirements of a lock are written. The image keeps them, beside its record."""
    return build.python.prefix / "share" / "seldon" / "requirements.txt"


def _is_there(home: Path, kind: Kind) -> bool:
    if kind is _PACKAGE:
        pyproject = read_pyproject(home)
        return (home / "setup.py").is_file() or pyproject.is_package or bool(pyproject.dependencies)
    return (home / kind.file).is_file()
