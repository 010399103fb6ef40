"""Closed-loop load from one core: wrk for HTTP, h2load for gRPC. A client in Python is too slow for fast servers."""

from __future__ import annotations

import json
import math
import re
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .cpu import Cpu
from .errors import BenchError

_WRK_SCRIPT = Path(__file__).with_name("wrk.lua")
_MANY = 10  # requests of a connection
_TIMEOUT = 120  # seconds that one request may take


@dataclass(frozen=True)
class Load:
    """rate: requests a second. p50, p99: latencies in milliseconds. requests: how many had a response.

    cpu: of one request, if it was measured.
    """

    rate: float
    p50: float
    p99: float
    requests: int = field(default=0, compare=False)
    cpu: Cpu = field(default=Cpu(), compare=False)


@dataclass(frozen=True)
class Target:
    """The URL, the file with the request's body, its headers, and the core that the client runs on."""

    url: str
    body: Path
    headers: dict[str, str]
    core: str


def wrk(target: Target, connections: int, seconds: float) -> Load:
    """Load for `seconds`, rounded up. Raises BenchError."""
    limits = [f"-d{math.ceil(seconds)}s", f"--timeout={_TIMEOUT}s"]
    command = ["wrk", "-t1", f"-c{connections}", *limits, "-s", str(_WRK_SCRIPT)]
    arguments = [str(target.body), *(text for header in target.headers.items() for text in header)]
    return read_wrk(_run(target.core, [*command, target.url, "--", *arguments]), connections)


def read_wrk(output: str, connections: int) -> Load:
    """Read the line that wrk.lua prints.

    The end of the run cuts off the last requests. If there are only a few, the rate is computed from the mean latency.
    Otherwise it is not, because wrk adds latencies of requests that it could not send during a stall.
    """
    figures = json.loads(next((line for line in output.splitlines() if line.startswith("{")), "{}"))
    if not figures.get("requests") or figures["errors"]:
        raise BenchError(output)
    few = figures["requests"] < _MANY * connections
    rate = connections / figures["mean"] if few else figures["requests"] / figures["duration"]
    return Load(rate * 1e6, figures["p50"] / 1e3, figures["p99"] / 1e3, figures["requests"])


def h2load(target: Target, connections: int, requests: int, response_bytes: int) -> Load:
    """Load of `requests` requests, each with a response of `response_bytes`. Raises BenchError."""
    headers = [text for name, value in target.headers.items() for text in ("-H", f"{name}: {value}")]
    with tempfile.NamedTemporaryFile("r") as log:
        command = ["h2load", f"-c{connections}", "-m1", "-t1", f"-n{requests}", "-d", str(target.body), *headers]
        output = _run(target.core, [*command, f"--log-file={log.name}", target.url])
        return read_h2load(output, log.read(), requests, response_bytes)


def read_h2load(output: str, log: str, requests: int, response_bytes: int) -> Load:
    """An error of gRPC is HTTP's 200 without data, so the sum of all data shows whether every request succeeded."""
    rate = re.search(r"finished in .*?, ([\d.]+) req/s", output)
    data = re.search(r"\((\d+)\) data", output)
    times = sorted(int(line.split("\t")[2]) / 1e3 for line in log.splitlines() if line.split("\t")[1] == "200")
    if not rate or not data or int(data[1]) != requests * response_bytes or len(times) != requests:
        raise BenchError(output)
    return Load(float(rate[1]), statistics.median(times), times[min(len(times) - 1, len(times) * 99 // 100)], requests)


def _run(core: str, command: list[str]) -> str:
    completed = subprocess.run(["taskset", "-c", core, *command], capture_output=True, text=True, check=False)
    if completed.returncode:
        raise BenchError(completed.stdout + completed.stderr)
    return completed.stdout
