"""The template's image: the time of its build with s2i, and of its container's start."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from .client import wait_for_response
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
    """Whether a Docker engine has this builder image. Says so on standard error if none has."""
    found = subprocess.run([_DOCKER, "image", "inspect", builder], capture_output=True, check=False)
    if found.returncode:
        print(f"no Docker engine has {builder}: the start of an image is not measured", file=sys.stderr)
    return found.returncode == 0


def build_and_start(builder: str, rounds: int) -> list[Result]:
    """One build, and one start in each round. Raises BenchError."""
    print(f"measuring {CASE}", file=sys.stderr)
    built = _seconds_to_build(builder)
    try:
        starts = [_seconds_to_first_response() for _ in range(rounds)]
    finally:
        subprocess.run([_DOCKER, "rmi", "--force", _IMAGE], stdout=subprocess.DEVNULL, check=False)
    return [Result(CASE, "build", {"separate": [built]}), Result(CASE, "start", {"separate": starts})]


def _seconds_to_build(builder: str) -> float:
    s2i = _output("make/s2i")
    start = time.monotonic()
    _output(s2i, "build", "--copy", "examples/model-template", builder, _IMAGE, "--pull-policy=never")
    return time.monotonic() - start


def _seconds_to_first_response() -> float:
    port = free_ports(1)[0]
    start = time.monotonic()
    container = _output(_DOCKER, "run", "--detach", "--rm", "--publish", f"127.0.0.1:{port}:5000", _IMAGE)
    try:
        wait_for_response(SELDON, port, SMALL, lambda: True)
        return time.monotonic() - start
    finally:
        subprocess.run([_DOCKER, "rm", "--force", container], stdout=subprocess.DEVNULL, check=False)


def _output(*command: str) -> str:
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if completed.returncode:
        raise BenchError(f"{' '.join(command)}: {completed.stdout}{completed.stderr}")
    return completed.stdout.strip()
