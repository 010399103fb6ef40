"""pip, in the model's own Python."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..build import Build
from .interpreter import module_command

_WHEELS_FIRST = Path(__file__).with_name("wheels_first")
# Without this, Python 2's last pip takes the first version that it meets, whatever the other requirements say.
_OPTIONS = {"2.7": ["--use-feature=2020-resolver"]}


@dataclass(frozen=True)
class PipRun:
    """One run of pip that has ended. output: the lines that it has printed; they are for people."""

    exit_code: int
    output: list[str]


def pip_install(build: Build, arguments: list[str], folder: Path) -> PipRun:
    """Run `pip install` in `folder`. It takes wheels of the build's wheel folder before those of any index."""
    options = [*_OPTIONS.get(build.python.version, []), "--no-cache-dir", "--no-compile"]
    if not build.wheels.usable:
        return _run(build, [*_pip(build), "install", *options, *arguments], folder)
    wheels = str(build.wheels.folder)
    options += ["--find-links", wheels]
    return _run(build, [build.python.program, str(_WHEELS_FIRST), wheels, "install", *options, *arguments], folder)


def _pip(build: Build) -> list[str]:
    return module_command(build.python.program, "pip")


def _run(build: Build, command: list[str], folder: Path) -> PipRun:
    """Run the model's Python. With BUILD_LOGLEVEL, each line of its output is printed at once."""
    output: list[str] = []
    with subprocess.Popen(
        command,
        cwd=folder,
        env=build.pip_environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            output.append(line.rstrip())
            if build.settings.build.log_level:
                print(f"    {build.secrets.masked(line.rstrip())}", flush=True)
    return PipRun(process.returncode, output)
