"""The files that this build has written: they get one time stamp and their byte code, so that a second build writes
the same, byte for byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..build import Job
from ..packages import installed

_HASHED_SINCE = (3, 7)  # of Python's versions; earlier byte code names its source's time stamp


def settle(job: Job) -> None:
    """Set every time stamp to SOURCE_DATE_EPOCH and compile what can be imported."""
    ours = [str(job.paths.home), *_below(job.paths.home)]
    theirs = [path for path in _below(job.python.prefix) if os.lstat(path).st_mtime >= job.started]
    set_times(job, (*ours, *theirs))
    # time stamps may be lost on the way to a runtime image, and an installed file never changes
    version = tuple(map(int, job.python.version.split(".")))
    mode = ["--invalidation-mode", "unchecked-hash"] if version >= _HASHED_SINCE else []
    _compile(job, theirs, mode)
    _compile(job, ours, [])


def set_times(job: Job, paths: Iterable[str | Path]) -> None:
    """Set their time stamps."""
    epoch = job.settings.source_date_epoch
    for path in paths:
        with contextlib.suppress(PermissionError):  # a folder of the builder's, under a random uid
            os.utime(path, (epoch, epoch), follow_symlinks=False)


def _below(root: Path) -> Iterator[str]:
    """All files and folders."""
    for folder, folders, files in os.walk(root):
        yield from (os.path.join(folder, name) for name in (*folders, *files))


def _compile(job: Job, written: Iterable[str], mode: list[str]) -> None:
    """Byte code; a file that does not compile, such as a template of the other Python, is left out, as pip does."""
    files = sorted(path for path in written if path.endswith(".py"))
    if not files:
        return
    names = "".join(f"{path}\n" for path in files)
    # the order of a set in byte code depends on the seed
    environment = {**job.variables, "PYTHONHASHSEED": "0"}
    command = [job.python.program, "-m", "compileall", "-q", *mode, "-i", "-"]
    subprocess.run(command, input=names, env=environment, text=True, capture_output=True, check=False)
    made = list(installed.byte_code(files))
    set_times(job, {*made, *map(os.path.dirname, [*files, *made])})
