"""What an earlier build has left of its source, if a build begins on its image: nothing of it may be served."""

from __future__ import annotations

import contextlib

from ..build import Build
from ..packages.brought import exported_path
from ..packages.installed import installed_packages
from ..packages.origin import SOURCE
from ..progress import Note
from ..record.build_record import read_files, read_record
from .reuse import uninstall


def is_there(build: Build) -> bool:
    """Whether this image has been built before."""
    return bool(read_files(build.python, build.paths.home))


def remove(build: Build, note: Note) -> None:
    """Remove its files, and the packages that were installed from it. Files that no build has brought stay."""
    home = build.paths.home
    paths = [home / name for name in read_files(build.python, home)]
    for path in paths:
        path.unlink(missing_ok=True)
    exported_path(build).unlink(missing_ok=True)
    for folder in sorted({folder for path in paths for folder in path.parents if home in folder.parents}, reverse=True):
        with contextlib.suppress(OSError):  # it is not empty, or gone
            folder.rmdir()
    packages, record = installed_packages(build.python), read_record(build.python)
    own = [each["name"] for each in record["build"]["packages"] if each["origin"] == SOURCE] if record else []
    uninstall(build, [package for name, package in packages.items() if name in own])
    note(f"{len(paths)} files{''.join(f', and the package {name}' for name in own)}")
