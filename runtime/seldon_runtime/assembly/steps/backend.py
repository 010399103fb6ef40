"""What builds the source's own package."""

from __future__ import annotations

import contextlib
from pathlib import Path

import tomllib
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ..build import Job
from ..packages import installed

_SETUPTOOLS = ["setuptools>=40.8.0"]  # builds a package that names nothing (PEP 518)


def requirements(source: Path) -> list[Requirement]:
    """What it takes to build the package in a folder; none if its pyproject.toml cannot be read, which pip will say."""
    file, texts = source / "pyproject.toml", _SETUPTOOLS
    with contextlib.suppress(tomllib.TOMLDecodeError, InvalidRequirement):
        if file.is_file():
            texts = tomllib.loads(file.read_text("utf-8")).get("build-system", {}).get("requires", _SETUPTOOLS)
        return [Requirement(text) for text in texts]
    return []


def is_installed(job: Job, wanted: list[Requirement]) -> bool:
    """Whether the model's Python can build the package with what is there: nothing has to be downloaded for that."""
    packages = installed.packages(job.python)
    return bool(wanted) and all(
        canonicalize_name(each.name) in packages
        and each.specifier.contains(packages[canonicalize_name(each.name)].version, True)
        for each in wanted
    )
