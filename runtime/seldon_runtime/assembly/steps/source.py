"""The model's source: how it gets into the served folder, and what is in it."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from seldon_component.onnx.engine_names import SUFFIX as ONNX

from ...contract.document import FILE as CONTRACT
from ..build import Build


def copy(build: Build) -> None:
    """Copy everything, with dotfiles, links and modes. The group gets the rights of the owner."""
    source, home = build.paths.source, build.paths.home
    shutil.copytree(source, home, symlinks=True, dirs_exist_ok=True)
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o700) >> 3)
    if build.paths.source_is_upload:
        empty(source)


def empty(folder: Path) -> None:
    """Remove what s2i has uploaded. Otherwise the image would hold it a second time."""
    with contextlib.suppress(OSError):  # it belongs to root, in a Dockerfile without --chown
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def has_requirements(build: Build) -> bool:
    """Whether there is a requirements.txt."""
    return (build.paths.home / "requirements.txt").is_file()


def has_package(build: Build) -> bool:
    """Whether the source is itself a package to install."""
    return any((build.paths.home / name).is_file() for name in ("setup.py", "pyproject.toml"))


def has_contract_to_keep(build: Build) -> bool:
    """Whether there is a contract.json, and SELF_TEST lets a response that does not fit it end the build."""
    return build.settings.build.self_test == "contract" and (build.paths.home / CONTRACT).is_file()


def lacks_the_module(build: Build) -> bool:
    """Whether MODEL_NAME can mean nothing that is here or that will be installed from here."""
    home, name = build.paths.home, build.settings.model_name
    if name.endswith(ONNX):
        return not (home / name).is_file()
    top: Path = home / name.split(".")[0]
    return not (has_package(build) or top.with_suffix(".py").is_file() or top.is_dir())
