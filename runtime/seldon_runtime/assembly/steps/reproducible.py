"""One time stamp and byte code for all files that this build has written.

So a second build writes the same files, byte for byte.
"""

from __future__ import annotations

import contextlib
import math
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...system.cpus import container_cpus
from ..build import Build
from ..packages import compile_files
from ..packages.installed import byte_code

_PROGRAM = Path(compile_files.__path__[0])
_HASHED_SINCE = (3, 7)  # versions of Python; byte code of earlier ones names the time stamp of its source


def settle(build: Build) -> None:
    """Set every time stamp to SOURCE_DATE_EPOCH, and compile what can be imported."""
    prefix = build.python.prefix
    ours = [str(build.paths.home), *_below(build.paths.home)]
    installed = [path for path in _below(prefix) if os.lstat(path).st_mtime >= build.started]
    set_times(build, (*ours, *installed))
    # Time stamps may be lost on the way to a runtime image, and an installed file never changes.
    version = tuple(map(int, build.python.version.split(".")))
    is_hashed = version >= _HASHED_SINCE
    # A package's own tests are half of the byte code of SciPy or scikit-learn, and no model imports them.
    compiled = (path for path in installed if "/tests/" not in path.removeprefix(str(prefix)))
    _compile(build, compiled, "UNCHECKED_HASH" if is_hashed else "-")
    _compile(build, ours, "CHECKED_HASH" if is_hashed else "-")


def set_times(build: Build, paths: Iterable[str | Path]) -> None:
    """Set the time stamps of files and folders."""
    epoch = build.settings.build.source_date_epoch
    for path in paths:
        with contextlib.suppress(PermissionError):  # a folder of the builder's, under a random uid
            os.utime(path, (epoch, epoch), follow_symlinks=False)


def _below(root: Path) -> Iterator[str]:
    """All files and folders."""
    for folder, folders, files in os.walk(root):
        yield from (os.path.join(folder, name) for name in (*folders, *files))


def _is_a_line_of_text(path: str) -> bool:
    """Whether the name can be passed on in a line. A file of another name is compiled when it is imported."""
    return path.isprintable()


def _compile(build: Build, paths: Iterable[str], mode: str) -> None:
    """Compile the sources among some files on all CPUs. One that does not compile, such as a template, is left out."""
    files = sorted(path for path in paths if path.endswith(".py") and _is_a_line_of_text(path))
    if not files:
        return
    names = "".join(f"{path}\n" for path in files)
    # The order of a set in byte code depends on the seed. The source may have a `random.py`.
    environment = {**build.variables, "PYTHONHASHSEED": "0", "PYTHONPATH": ""}
    processes = math.ceil(container_cpus())
    command = [build.python.program, str(_PROGRAM), str(processes), mode]
    subprocess.run(command, input=names, env=environment, text=True, capture_output=True, check=False)
    compiled = list(byte_code(files))
    set_times(build, {*compiled, *map(os.path.dirname, [*files, *compiled])})
