"""The model's source: how it gets into the served folder, and what is in it."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from seldon_component.model_files.names import is_file_name

from ...contract.document import FILE as CONTRACT
from ..build import Build, Copied
from ..packages.brought import FILES, brought, not_read
from ..packages.pyproject import read_pyproject
from ..progress import Note
from ..record.build_record import files_below
from ..record.cache_key import cache_key
from .copying import copy_tree, share
from .hints import hints_of


def copy(build: Build, note: Note) -> Copied:
    """Copy everything, with dotfiles, links and modes. The group gets the rights of the owner."""
    source, home = build.paths.source, build.paths.home
    before = frozenset(files_below(home))
    for remark in copy_tree(source, home):
        note(remark)
    if beside := _requirements_beside_the_model(build):
        (home / "requirements.txt").write_text(f"-r {shlex.quote(beside)}\n", encoding="utf-8")
        note(f"{beside} says what the model needs")
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            share(path)
    for remark in filter(None, (*_said_of_requirements(home), *hints_of(home))):
        note(remark)
    if build.paths.source_is_upload:
        empty(source)
    return Copied(cache_key(build), before)


def _requirements_beside_the_model(build: Build) -> str:
    """The requirements.txt of a model file in a sub-folder, as MLflow writes it; "" if another list is there."""
    name, home = build.settings.model_name, build.paths.home
    beside = os.path.join(os.path.dirname(name), "requirements.txt")
    return beside if is_file_name(name) and not has_requirements(build) and (home / beside).is_file() else ""


def _said_of_requirements(home: Path) -> Iterator[str]:
    """Which file says what the model needs, if it is not the usual one alone."""
    kind, others = brought(home), not_read(home)
    if kind and (kind.export or others):
        yield f"{kind.file} says what the model needs" + (f"; not read: {', '.join(others)}" if others else "")
    if not (kind and kind.export):
        yield read_pyproject(home).remark


def empty(folder: Path) -> None:
    """Remove what s2i has uploaded. Otherwise the image would hold it a second time."""
    with contextlib.suppress(OSError):  # it belongs to root, in a Dockerfile without --chown
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def has_requirements(build: Build) -> bool:
    """Whether there is a list of requirements: a requirements.txt, or a lock."""
    return (kind := brought(build.paths.home)) is not None and kind.file in FILES


def has_package(build: Build) -> bool:
    """Whether the source is itself a package to install."""
    return (build.paths.home / "setup.py").is_file() or read_pyproject(build.paths.home).is_package


def has_contract_to_try(build: Build) -> bool:
    """Whether there is a contract.json, and SELF_TEST has the class asked a request of it."""
    return build.settings.build.self_test in ("warn", "contract") and (build.paths.home / CONTRACT).is_file()


def may_go_without_package(build: Build) -> bool:
    """Whether a pyproject.toml that cannot be built is no failure: Seldon's own images never read it."""
    is_listed = (build.paths.home / "requirements.txt").is_file() and not (build.paths.home / "setup.py").is_file()
    return is_listed and _has_module(build)


def lacks_the_module(build: Build) -> bool:
    """Whether MODEL_NAME can mean nothing that is here or that will be installed from here."""
    is_installed = has_package(build) and not is_file_name(build.settings.model_name)
    return not (is_installed or _has_module(build))


def _has_module(build: Build) -> bool:
    """Whether the file that MODEL_NAME means, or its module, is in the folder."""
    home, name = build.paths.home, build.settings.model_name
    if is_file_name(name):
        return (home / name).is_file()
    top: Path = home / name.split(".")[0]
    return top.with_suffix(".py").is_file() or top.is_dir()
