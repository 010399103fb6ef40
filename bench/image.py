"""The template's image: how long s2i takes to build it, and its container to answer."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from .client import wait_for_answer
from .effort import Effort
from .environments import ROOT
from .errors import BenchError
from .payloads import SMALL
from .process import free_ports
from .results import Result
from .wires import SELDON

_DOCKER = os.environ.get("DOCKER", "docker")
_IMAGE = "seldon-bench-start:local"
CASE = "image of the template"


def is_there(builder: str) -> bool:
    """Whether an engine answers that has this builder image; says so where none does."""
    found = subprocess.run([_DOCKER, "image", "inspect", builder], capture_output=True, check=False)
    if found.returncode:
        print(f"no engine answers that has {builder}: its start is not measured", file=sys.stderr)
    return found.returncode == 0


def build_and_start(builder: str, effort: Effort) -> list[Result]:
    """One build, and as many starts as there are rounds. Raises BenchError."""
    print(f"measuring {CASE}", file=sys.stderr)
    built = _seconds_to_build(builder)
    try:
        starts = [_seconds_to_first_answer() for _ in range(effort.rounds)]
    finally:
        subprocess.run([_DOCKER, "rmi", "--force", _IMAGE], stdout=subprocess.DEVNULL, check=False)
    return [Result(CASE, "build", {"separate": [built]}), Result(CASE, "start", {"separate": starts})]


def _seconds_to_build(builder: str) -> float:
    s2i = _output("make/s2i")
    start = time.monotonic()
    _output(s2i, "build", "--copy", "examples/model-template", builder, _IMAGE, "--pull-policy=never")
    return time.monotonic() - start


def _seconds_to_first_answer() -> float:
    port = free_ports(1)[0]
    start = time.monotonic()
    container = _output(_DOCKER, "run", "--detach", "--rm", "--publish", f"127.0.0.1:{port}:5000", _IMAGE)
    try:
        wait_for_answer(SELDON, port, SMALL, lambda: True)
        return time.monotonic() - start
    finally:
        subprocess.run([_DOCKER, "rm", "--force", container], stdout=subprocess.DEVNULL, check=False)


def _output(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout.strip()
