"""The model's source: how it gets into the served folder, and what is in it."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from seldon_component.onnx.engines import SUFFIX as ONNX

from ...contract.document import FILE as CONTRACT
from ..build import Job


def copy(job: Job) -> None:
    """Copy everything, dotfiles, links and modes kept, and give the group what the owner may."""
    source, home = job.paths.source, job.paths.home
    shutil.copytree(source, home, symlinks=True, dirs_exist_ok=True)
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o700) >> 3)
    if job.paths.source_is_upload:
        empty(source)


def empty(folder: Path) -> None:
    """Remove what s2i has uploaded, and would keep in the image a second time."""
    with contextlib.suppress(OSError):  # root's, in a Dockerfile without --chown
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def has_requirements(job: Job) -> bool:
    """Whether there is a requirements.txt."""
    return (job.paths.home / "requirements.txt").is_file()


def has_package(job: Job) -> bool:
    """Whether the source is itself a package to install."""
    return any((job.paths.home / name).is_file() for name in ("setup.py", "pyproject.toml"))


def has_contract_to_keep(job: Job) -> bool:
    """Whether there is a contract.json, and SELF_TEST lets an answer that does not fit it end the build."""
    return job.settings.build.self_test == "contract" and (job.paths.home / CONTRACT).is_file()


def lacks_the_module(job: Job) -> bool:
    """Whether nothing here, and nothing that is going to be installed from here, can be what MODEL_NAME means."""
    home, name = job.paths.home, job.settings.model_name
    if name.endswith(ONNX):
        return not (home / name).is_file()
    top: Path = home / name.split(".")[0]
    return not (has_package(job) or top.with_suffix(".py").is_file() or top.is_dir())
