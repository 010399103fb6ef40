"""Debian packages that a model needs: the lines of its apt.txt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from ...config.environment import read_builder_name
from ...errors import BadSetting
from ..build import Build
from ..errors import SystemPackagesMissing
from ..text_file import read_text

_NAME = re.compile(r"([a-z0-9][a-z0-9+.-]+)(=[\w.+:~-]+)?")
_LISTS = Path("/var/lib/apt/lists")
_RECIPE = """\
apt.txt: not in this image: {missing}. Only root can install them: build with --assemble-user=0
(--assemble-runtime-user=0 for what --runtime-image names), or on a child of this image that has them:

  FROM {image}
  USER 0
  RUN apt-get update && apt-get install -y --no-install-recommends {missing} && rm -rf /var/lib/apt/lists/*
  USER 1001
"""


def are_named(build: Build) -> bool:
    """Whether the model names any."""
    return (build.paths.home / "apt.txt").is_file()


def install(build: Build) -> None:
    """Install the packages of apt.txt that the system lacks. Raises BadSetting or SystemPackagesMissing."""
    missing = [package for package in _packages(build.paths.home / "apt.txt") if not _is_installed(package)]
    if not missing:
        return
    if os.geteuid() != 0:
        raise SystemPackagesMissing(_RECIPE.format(missing=" ".join(missing), image=read_builder_name()))
    _apt_get(build, "update")
    _apt_get(build, "install", "--yes", "--no-install-recommends", *missing)
    shutil.rmtree(_LISTS)
    _LISTS.mkdir()


def _packages(file: Path) -> list[str]:
    lines = [line.partition("#")[0].strip() for line in read_text(file).splitlines()]
    for number, line in enumerate(lines, 1):
        if line and not _NAME.fullmatch(line):
            raise BadSetting(
                f"apt.txt, line {number}: expected a Debian package's name, or name=version, found '{line}'"
            )
    return [line for line in lines if line]


def _is_installed(package: str) -> bool:
    name, _, version = package.partition("=")
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}", name]
    found = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return found.startswith("installed ") and found.endswith(version)


def _apt_get(build: Build, *arguments: str) -> None:
    environment = {**build.variables, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "--quiet=2", *arguments]
    run = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if run.returncode:
        raise SystemPackagesMissing(f"apt.txt: apt-get could not install it:\n{run.stdout.rstrip()}")
