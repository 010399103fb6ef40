"""pip, in the model's own Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..build import Job

_WHEELS_FIRST = Path(__file__).with_name("wheels_first")
# Python 2's last pip takes the first version it meets unless it is told to look at all requirements together
_OPTIONS = {"2.7": ["--use-feature=2020-resolver"]}


def install(job: Job, arguments: list[str], folder: Path) -> int:
    """Exit code of `pip install`, run in `folder`; wheels of the build's own folder come before any index."""
    options = [*_OPTIONS.get(job.python.version, []), "--no-cache-dir", "--no-compile"]
    if not job.wheels.usable:
        return run(job, ["-m", "pip", "install", *options, *arguments], folder)
    wheels = str(job.wheels.folder)
    options += ["--find-links", wheels]
    return run(job, [str(_WHEELS_FIRST), wheels, "install", *options, *arguments], folder)


def run(job: Job, arguments: list[str], folder: Path) -> int:
    """Exit code of the model's Python, whose output goes into the log, and is shown at once if BUILD_LOGLEVEL asks."""
    with subprocess.Popen(
        [job.python.program, *arguments],
        cwd=folder,
        env=job.pip_environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            job.log.append(line.rstrip())
            if job.settings.build_log_level:
                print(f"    {job.secrets.masked(line.rstrip())}", flush=True)
    return process.returncode
