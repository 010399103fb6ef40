"""Reuse of what an earlier build has installed: all of it if nothing has changed, otherwise what is still valid."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..build import NOTHING_RESTORED, Build, Copied, Restored
from ..packages.brought import requirements_path
from ..packages.dependencies import needed_packages
from ..packages.installed import Package, installed_packages
from ..packages.local_files import local_paths
from ..packages.origin import origin_of
from ..packages.package_metadata import valid_requirements
from ..packages.pyproject import read_pyproject
from ..packages.requirements_file import read_requirements
from ..progress import Note
from ..record.archive import Archive, Useless, open_archive
from . import source


def is_offered(build: Build) -> bool:
    """Whether s2i has brought anything of an earlier build along."""
    return build.paths.artifacts.is_dir() and any(build.paths.artifacts.iterdir())


def restore(build: Build, copied: Copied, note: Note) -> Restored:
    """Unpack what can be reused, and remove the archive. A note says what that is, or why nothing is reused."""
    try:
        return _restore(build, copied, open_archive(build.paths.artifacts, build), note)
    except Useless as why:
        note(f"what the earlier build has left is not used: {why}")
        return NOTHING_RESTORED
    finally:
        source.empty(build.paths.artifacts)


def _restore(build: Build, copied: Copied, archive: Archive, note: Note) -> Restored:
    is_unchanged = archive.record["key"] == copied.key
    reusable = _reusable(build, archive, is_unchanged)
    packages = installed_packages(build.python)
    uninstall(build, (packages[canonicalize_name(name)] for name in reusable if name in build.builder_packages))
    archive.unpack(reusable, build.python.prefix)
    what = "the requirements are unchanged" if is_unchanged else "the requirements have changed"
    note(f"{what}: {len(reusable)} packages of the earlier build are reused")
    return Restored(reusable, is_unchanged)


def _reusable(build: Build, archive: Archive, is_unchanged: bool) -> Mapping[str, Mapping[str, Any]]:
    """Name -> entry of the earlier record, for each package that is still valid. Raises Useless."""
    reusable = {name: archive.packages[name] for name in archive.record["reusable"]}
    if is_unchanged:
        return reusable
    if read_requirements(requirements_path(build), build.pip_environment).unnamed:
        raise Useless("requirements.txt has changed, and has lines that pip alone can read")
    if local_paths(build):
        raise Useless("requirements.txt or a file that it points at has changed")
    return {name: entry for name, entry in reusable.items() if _is_valid(build, name, entry["wheel"])}


def _is_valid(build: Build, name: str, wheel: str | None) -> bool:
    """A package in place of the builder's own is not valid: the builder's may be the one that is wanted now.

    If there are wheels for the package now, or it came from one, then it must come from one of the present wheels.
    """
    if name in build.builder_packages:
        return False
    given = {each.sha256 for each in build.wheels.usable.get(canonicalize_name(name), ())}
    if given or wheel:
        return wheel in given
    return True


def has_leftovers(restored: Restored) -> bool:
    """Whether anything may be installed that nothing needs."""
    return bool(restored.packages) and not restored.is_unchanged


def remove_leftovers(build: Build, restored: Restored, note: Note) -> None:
    """Remove the restored packages that neither the requirements nor a newly installed package need."""
    packages = installed_packages(build.python)
    new = [name for name, package in packages.items() if not origin_of(build, restored, name, package).is_old]
    requirements = read_requirements(requirements_path(build), build.pip_environment).requirements
    of_application = read_pyproject(build.paths.home, build.settings.build.install_extras).dependencies
    roots = [*requirements, *valid_requirements(of_application), *map(Requirement, new)]
    needed = needed_packages(roots, packages, build.python.markers)
    leftovers = {name for name in map(canonicalize_name, restored.packages) if name in packages and name not in needed}
    uninstall(build, (packages[name] for name in leftovers))
    if leftovers:
        note(f"removed: {', '.join(sorted(leftovers))}")


def uninstall(build: Build, packages: Iterable[Package]) -> None:
    """Remove the files of packages below the prefix. Others are the builder's, and pip never installs there."""
    prefix = build.python.prefix
    files = [path for package in packages for path in package.files if prefix in path.parents]
    for path in files:
        path.unlink(missing_ok=True)
    for folder in sorted({folder for path in files for folder in path.parents}, reverse=True):
        with contextlib.suppress(OSError):  # it is not empty, or not ours
            folder.rmdir()
