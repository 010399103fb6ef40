"""Taking over what an earlier build has installed: all of it where nothing has changed, else what still counts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..build import Job
from ..packages import installed, needs, origin
from ..packages.installed import Package
from ..packages.requirements_file import RequirementsFile
from ..record import cache_key as key
from ..record.archive import Archive, Useless
from . import source


def is_offered(job: Job) -> bool:
    """Whether s2i has brought anything of an earlier build along."""
    return job.paths.artifacts.is_dir() and any(job.paths.artifacts.iterdir())


def restore(job: Job) -> None:
    """Unpack what can be reused, with a note of what that is or why nothing is. The archive is gone afterwards."""
    try:
        _restore(job, Archive(job.paths.artifacts, job))
    except Useless as why:
        job.notes.append(f"what the earlier build has left is not used: {why}")
    finally:
        source.empty(job.paths.artifacts)


def _restore(job: Job, archive: Archive) -> None:
    job.is_unchanged = archive.record["key"] == key.of(job)
    reusable = {name: archive.packages[name] for name in archive.record["reusable"]}
    if not job.is_unchanged:
        if RequirementsFile(job.paths.home / "requirements.txt").unnamed:
            raise Useless("requirements.txt has changed, and has lines that pip alone can read")
        reusable = {name: each for name, each in reusable.items() if _still_counts(job, name, each["wheel"])}
    packages = installed.packages(job.python)
    _remove(job, (packages[canonicalize_name(name)] for name in reusable if name in job.builders))
    archive.unpack(reusable, job.python.prefix)
    job.restored = reusable
    what = "the requirements are unchanged" if job.is_unchanged else "the requirements have changed"
    job.notes.append(f"{what}: {len(reusable)} packages of the earlier build are reused")


def _still_counts(job: Job, name: str, wheel: str | None) -> bool:
    """Not one in place of the builder's own, which may be what counts now; if from a wheel, then from one given now."""
    given = {each.sha256 for each in job.wheels.usable.get(canonicalize_name(name), ())}
    return name not in job.builders and (wheel in given if given or wheel else True)


def has_leftovers(job: Job) -> bool:
    """Whether anything may be installed that nothing needs."""
    return bool(job.restored) and not job.is_unchanged


def remove_leftovers(job: Job) -> None:
    """Remove what an earlier build has installed and nothing needs any longer."""
    packages = installed.packages(job.python)
    here = {str(name): package for name, package in packages.items()}
    fresh = [name for name, package in packages.items() if origin.of(job, name, package) not in origin.OLD]
    roots = [*RequirementsFile(job.paths.home / "requirements.txt").requirements, *map(Requirement, fresh)]
    needed = needs.closure(roots, packages, job.python.markers)
    leftovers = sorted(name for name in job.restored if name in here and canonicalize_name(name) not in needed)
    _remove(job, (here[name] for name in leftovers))
    job.notes += [f"removed: {', '.join(leftovers)}"] if leftovers else []


def _remove(job: Job, packages: Iterator[Package]) -> None:
    """Remove the files of packages, but not from where the builder's are and pip does not install."""
    files = [path for package in packages for path in package.files if job.python.prefix in path.parents]
    for path in files:
        path.unlink(missing_ok=True)
    for folder in sorted({folder for path in files for folder in path.parents}, reverse=True):
        with contextlib.suppress(OSError):  # not empty, or not ours
            folder.rmdir()
