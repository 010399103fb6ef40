"""Closed-loop load from one core: wrk for HTTP, h2load for gRPC. A client in Python could not rank fast servers."""

from __future__ import annotations

import json
import math
import re
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import BenchError

_WRK_SCRIPT = Path(__file__).with_name("wrk.lua")
_MANY = 100  # requests a connection
_PATIENCE = 120  # seconds that one request may take


@dataclass(frozen=True)
class Load:
    """rate: answers a second. p50, p99: latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Target:
    """What to ask: an URL, a file with the request's body, and the core that the client runs on."""

    url: str
    body: Path
    core: str


def wrk(target: Target, connections: int, seconds: float) -> Load:
    """For so many seconds, rounded up. Raises BenchError."""
    limits = [f"-d{math.ceil(seconds)}s", f"--timeout={_PATIENCE}s"]
    command = ["wrk", "-t1", f"-c{connections}", *limits, "-s", str(_WRK_SCRIPT)]
    return read_wrk(_run(target.core, [*command, target.url, "--", str(target.body)]), connections)


def read_wrk(output: str, connections: int) -> Load:
    """From the line that wrk.lua prints. Of few requests the mean latency tells the rate: nothing of it is cut off."""
    figures = json.loads(next((line for line in output.splitlines() if line.startswith("{")), "{}"))
    if not figures.get("requests") or figures["errors"]:
        raise BenchError(output)
    few = figures["requests"] < _MANY * connections
    rate = connections / figures["mean"] if few else figures["requests"] / figures["duration"]
    return Load(rate * 1e6, figures["p50"] / 1e3, figures["p99"] / 1e3)


def h2load(target: Target, connections: int, requests: int, answer_bytes: int) -> Load:
    """A number of requests, each with an answer of `answer_bytes`. Raises BenchError."""
    headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    with tempfile.NamedTemporaryFile("r") as log:
        command = ["h2load", f"-c{connections}", "-m1", "-t1", f"-n{requests}", "-d", str(target.body), *headers]
        output = _run(target.core, [*command, f"--log-file={log.name}", target.url])
        return read_h2load(output, log.read(), requests, answer_bytes)


def read_h2load(output: str, log: str, requests: int, answer_bytes: int) -> Load:
    """gRPC's errors are HTTP's 200 without data, so the bytes of data are what tells that all went well."""
    rate = re.search(r"finished in .*?, ([\d.]+) req/s", output)
    data = re.search(r"\((\d+)\) data", output)
    times = sorted(int(line.split("\t")[2]) / 1e3 for line in log.splitlines() if line.split("\t")[1] == "200")
    if not rate or not data or int(data[1]) != requests * answer_bytes or len(times) != requests:
        raise BenchError(output)
    return Load(float(rate[1]), statistics.median(times), times[min(len(times) - 1, len(times) * 99 // 100)])


def _run(core: str, command: list[str]) -> str:
    done = subprocess.run(["taskset", "-c", core, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(done.stdout + done.stderr)
    return done.stdout
