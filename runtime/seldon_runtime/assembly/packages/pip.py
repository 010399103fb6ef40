"""The installer that each Python has: pip, in the model's own Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..build import Build
from .interpreter import module_command
from .run import Run, run_installer

_WHEELS_FIRST = Path(__file__).with_name("wheels_first")
# Without this, Python 2's last pip takes the first version that it meets, even if other requirements exclude it.
_OPTIONS = {"2.7": ["--use-feature=2020-resolver"]}
# What a pip before 25.2 prints last if it has got only a part of a file. A later one asks for the rest by itself.
# And what an old pip prints if it has no page of a project: it does not tell whether the index has none or had a fault.
_NETWORK_FAULT = re.compile(
    r"Read timed out\.|Connection broken: |DO NOT MATCH THE HASHES FROM"
    r"|Could not find a version (?!.*\(from versions: [^n])"
)
_LAST = 10  # lines, because the error of a hash has several


class Pip:
    """Its install() takes wheels of the build's wheel folder before those of any index."""

    name = "pip"

    def __init__(self, build: Build) -> None:
        self._build = build

    def install(self, arguments: list[str], folder: Path) -> Run:
        """Run `pip install` in `folder`; a second time if the network or the index may have had a fault."""
        run = self._run(arguments, folder)
        return self._run(arguments, folder) if run.exit_code and _may_be_a_fault(run.output[-_LAST:]) else run

    def _run(self, arguments: list[str], folder: Path) -> Run:
        python, wheels = self._build.python, self._build.wheels
        options = [*_OPTIONS.get(python.version, []), "--no-cache-dir", "--no-compile"]
        pip = module_command(python.program, "pip")
        if wheels.usable:
            pip = [python.program, str(_WHEELS_FIRST), str(wheels.folder)]
            options += ["--find-links", str(wheels.folder)]
        command = [*pip, "install", *options, *arguments]
        return run_installer(self._build, command, folder, self._build.pip_environment)


def _may_be_a_fault(lines: Iterable[str]) -> bool:
    """Whether one of the lines is such an error. A warning says that pip has tried it again itself."""
    return any(_NETWORK_FAULT.search(line) and not line.lstrip().startswith("WARNING") for line in lines)
