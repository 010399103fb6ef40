"""A run of an installer, and its output."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..build import Build


@dataclass(frozen=True)
class Run:
    """One run of an installer that has ended. output: the lines that it has printed; they are for people."""

    exit_code: int
    output: list[str]


def run_installer(build: Build, command: list[str], folder: Path, environment: Mapping[str, str]) -> Run:
    """Run a command in `folder`. With BUILD_LOGLEVEL, each line of its output is printed at once."""
    output: list[str] = []
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
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
    return Run(process.returncode, output)
