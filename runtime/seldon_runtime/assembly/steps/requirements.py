"""What is installed for the model: its requirements.txt, then its own package; and whether it all agrees."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

from ..build import Job
from ..errors import InstallFailed
from ..packages import constraints, pip
from ..packages.missing import Missing
from ..packages.requirements_file import RequirementsFile
from . import backend, source

_SHOWN = 60  # of pip's last lines, when it fails


def are_new(job: Job) -> bool:
    """Whether there is a requirements.txt that has not been installed."""
    return source.has_requirements(job) and not job.is_unchanged


def may_disagree(job: Job) -> bool:
    """Whether anything was installed."""
    return are_new(job) or source.has_package(job)


def install_requirements(job: Job) -> None:
    """Install requirements.txt. Raises InstallFailed."""
    file = RequirementsFile(job.paths.home / "requirements.txt")
    job.notes += job.wheels.remarks
    pins = [] if file.has_hashes else constraints.of_the_wheels(job)
    _install(job, "requirements.txt", ["-r", "requirements.txt"], job.paths.home, pins, file.requirements)


def install_package(job: Job) -> None:
    """Install the source itself, from a copy: builds leave files behind. Raises InstallFailed."""
    # always of the same name, which gets into the metadata of what is installed from it
    copy = Path(tempfile.gettempdir()) / "-".join(("source-of", *job.paths.home.parts[1:]))
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(job.paths.home, copy, symlinks=True)
    wanted = backend.requirements(copy)
    options = ["--no-build-isolation"] if backend.is_installed(job, wanted) else []
    try:
        _install(job, "the source's package", [*options, "."], copy, constraints.of_the_wheels(job), wanted)
    finally:
        shutil.rmtree(copy)


def check(job: Job) -> None:
    """Raises InstallFailed, with a line a clash, when an installed package lacks what it requires."""
    said = len(job.log)
    if pip.run(job, ["-m", "pip", "check"], job.paths.home):
        clashes = "".join(
            f"\n  {line}" for line in job.log[said:] if " requires " in line or " has requirement " in line
        )
        raise InstallFailed(f"the installed packages do not agree:{clashes}")


def _install(
    job: Job, what: str, arguments: list[str], folder: Path, pins: list[str], wanted: Iterable[Requirement]
) -> None:
    """Run pip until it succeeds or nothing is left to try. Raises InstallFailed."""
    for options, kept in _attempts(job, pins):
        said = len(job.log)
        with constraints.option([*kept, *constraints.of_the_server(job)]) as constraint:
            if pip.install(job, [*options, *constraint, *arguments], folder) == 0:
                job.taken += [line for line in job.log[said:] if line.lstrip().startswith("Processing ")]
                return
    _fail(job, what, wanted, job.log[said:])


def _attempts(job: Job, pins: list[str]) -> list[tuple[list[str], list[str]]]:
    """pip's options and pins, one try after the other: the wheels alone, so that no index is asked if they suffice; the
    index as well; and without the pins, which may contradict a requirement."""
    offline = (["--no-index"], pins)
    if job.settings.pip_no_index:
        tries = [offline]
    else:
        tries = [offline, ([], pins)] if job.wheels.usable else [([], pins)]
    return [*tries, (tries[-1][0], [])] if pins else tries


def _fail(job: Job, what: str, wanted: Iterable[Requirement], said: list[str]) -> None:
    """Raise InstallFailed: with all that is missing, where only the wheels count; else below what pip has said."""
    missing = Missing(job, wanted).lines if job.settings.pip_no_index else []
    if missing:
        lines = "".join(f"\n  {line}" for line in missing)
        raise InstallFailed(f"{what}: PIP_NO_INDEX is set, and {job.paths.wheels} lacks:{lines}")
    if not job.settings.build_log_level:
        print(job.secrets.masked("\n".join(said[-_SHOWN:])), file=sys.stderr, flush=True)
    raise InstallFailed(f"{what}: pip could not install it; the lines above say what and why")
