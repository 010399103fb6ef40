"""The files that this build has written: they get one time stamp and their byte code, so that a second build writes
the same, byte for byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from .job import Job

_HASHED_SINCE = (3, 7)  # of Python's versions; earlier byte code names its source's time stamp


def settle(job: Job) -> None:
    """Set every time stamp to SOURCE_DATE_EPOCH and compile what can be imported."""
    installed = [path for path in _installed(job) if path.suffix == ".py"]
    set_times(job, _all(job))
    # time stamps may be lost on the way to a runtime image, and an installed file never changes
    version = tuple(map(int, job.python.version.split(".")))
    mode = ["--invalidation-mode", "unchecked-hash"] if version >= _HASHED_SINCE else []
    _compile(job, installed, mode)
    _compile(job, job.paths.home.rglob("*.py"), [])
    set_times(job, _all(job))


def set_times(job: Job, paths: Iterable[Path]) -> None:
    """Set their time stamps."""
    epoch = job.settings.source_date_epoch
    for path in paths:
        with contextlib.suppress(PermissionError):  # a folder of the builder's, under a random uid
            os.utime(path, (epoch, epoch), follow_symlinks=False)


def _all(job: Job) -> Iterator[Path]:
    yield from (job.paths.home, *job.paths.home.rglob("*"), *_installed(job))


def _installed(job: Job) -> Iterator[Path]:
    """Files and folders below the interpreter's prefix that are newer than the build's start."""
    for path in job.python.prefix.rglob("*"):
        if path.lstat().st_mtime >= job.started:
            yield path


def _compile(job: Job, files: Iterable[Path], mode: list[str]) -> None:
    """Byte code; a file that does not compile, such as a template of the other Python, is left out, as pip does."""
    names = "".join(f"{path}\n" for path in sorted(files))
    # the order of a set in byte code depends on the seed
    environment = {**job.variables, "PYTHONHASHSEED": "0"}
    command = [job.python.program, "-m", "compileall", "-q", *mode, "-i", "-"]
    subprocess.run(command, input=names, env=environment, text=True, capture_output=True, check=False)
