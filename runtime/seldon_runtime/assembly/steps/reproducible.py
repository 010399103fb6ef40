"""One time stamp and byte code for all files that this build has written.

So a second build writes the same files, byte for byte.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ...system.cpus import container_cpus
from ..build import Build
from ..packages import compile_files
from ..packages.installed import byte_code

_PROGRAM = Path(compile_files.__path__[0])


def settle(build: Build) -> None:
    """Set every time stamp to SOURCE_DATE_EPOCH, and compile what can be imported."""
    prefix = build.python.prefix
    ours = [str(build.paths.home), *_below(build.paths.home)]
    installed = [path for path in _below(prefix) if os.lstat(path).st_mtime >= build.started]
    set_times(build, (*ours, *installed))
    # A package's own tests are half of the byte code of SciPy or scikit-learn, and no model imports them.
    of_packages = _sources(path for path in installed if "/tests/" not in path.removeprefix(str(prefix)))
    # Time stamps may be lost on the way to a runtime image, and an installed file never changes.
    _compile(build, {"UNCHECKED_HASH": of_packages, "CHECKED_HASH": _sources(ours)})


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


def _sources(paths: Iterable[str]) -> list[str]:
    """Those that can be compiled, sorted. A path that is no line of text is left: its import compiles it."""
    return sorted(path for path in paths if path.endswith(".py") and path.isprintable())


def _compile(build: Build, sources: Mapping[str, list[str]]) -> None:
    """Compile them on all CPUs. sources: by the mode in which an import finds out whether the byte code is valid.

    A Python before 3.7 has no modes: there, byte code names the time stamp of its source.
    A file that does not compile, such as a template, is left out.
    """
    lines = "".join(f"{mode} {path}\n" for mode, paths in sources.items() for path in paths)
    if not lines:
        return
    # The order of a set in byte code depends on the seed. The source may have a `random.py`.
    environment = {**build.variables, "PYTHONHASHSEED": "0", "PYTHONPATH": ""}
    command = [build.python.program, str(_PROGRAM), str(math.ceil(container_cpus()))]
    subprocess.run(command, input=lines, env=environment, text=True, capture_output=True, check=False)
    files = list(itertools.chain.from_iterable(sources.values()))
    compiled = list(byte_code(files))
    set_times(build, {*compiled, *map(os.path.dirname, [*files, *compiled])})
