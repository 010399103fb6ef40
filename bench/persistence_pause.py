"""How long a request waits for the snapshot of a large state: `make bench-persistence`.

One client asks one request after the other, on one connection; meanwhile the state, which every request changes, is
saved again and again. The times of all requests before the first save, and of all that were in flight while a save went
on; and of each save the longest, its pause. Redis, server, component, its copy and client share the machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

_MODEL = """
import numpy as np


class Large(object):
    def __init__(self, megabytes):
        self.numbers = np.random.RandomState(0).rand(megabytes * 1000000 // 8)

    def predict(self, X, names):
        self.numbers[0] += 1
        return X
{hooks}"""
_HOOKS = """
    def get_state(self):
        return {"numbers": self.numbers}

    def set_state(self, state):
        self.numbers = state["numbers"]
"""
_COLUMNS = (
    *("Python", "stored as", "snapshot", "p99 before", "p99 during saves"),
    *("pause, median", "pause, p99", "longest", "a save takes"),
)
_BEFORE, _BETWEEN = 3.0, 0.1  # seconds without a save
_BODY = json.dumps({"data": {"ndarray": [[1.0, 2.0]]}})


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(ask: str, port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", ask)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server was not ready within a minute")


class Client(threading.Thread):
    """Asks until it is told to stop. times: (begin, end) of each request, in seconds."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.times: list[tuple[float, float]] = []
        self.stopping = False

    def run(self) -> None:
        while not self.stopping:
            begin = time.perf_counter()
            self._connection.request("POST", "/predict", _BODY, {"Content-Type": "application/json"})
            self._connection.getresponse().read()
            self.times.append((begin, time.perf_counter()))

    def within(self, begin: float, end: float) -> list[float]:
        """Of each request that was in flight in a span; in milliseconds."""
        return [1000 * (until - since) for since, until in self.times if until >= begin and since <= end]


class Figures(NamedTuple):
    """In milliseconds: all requests before the saves, all during saves, the longest of each save, and each save."""

    without: list[float]
    during: list[float]
    pauses: list[float]
    saves: list[float]


def measure(port: int, saves: int) -> Figures:
    client, spans = Client(port), []
    client.start()
    time.sleep(_BEFORE)
    before = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(saves):
        begin = time.perf_counter()
        connection.request("POST", "/persistence/save")
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(answer.read().decode())
        answer.read()
        spans.append((begin, time.perf_counter()))
        time.sleep(_BETWEEN)
    client.stopping = True
    client.join()
    during = [client.within(*span) for span in spans]
    return Figures(
        client.within(0.0, before),
        sum(during, []),
        [max(times) for times in during],
        [1000 * (end - begin) for begin, end in spans],
    )


def run(python: str, hooks: bool, fork: bool, megabytes: int, saves: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "Large.py").write_text(_MODEL.format(hooks=_HOOKS if hooks else ""))
        port, redis_port = free_port(), free_port()
        parameters = [{"name": "megabytes", "type": "INT", "value": str(megabytes)}]
        variables = {
            "MODEL_NAME": "Large",
            "MODEL_PYTHON": python,
            "PERSISTENCE": "1",
            "PERSISTENCE_FORK": str(int(fork)),
            "PREDICTIVE_UNIT_PARAMETERS": json.dumps(parameters),
            "PREDICTIVE_UNIT_SERVICE_PORT": str(port),
            "REDIS_SERVICE_PORT": str(redis_port),
            "LOG_LEVEL": "WARNING",
        }
        redis = subprocess.Popen(
            ["redis-server", "--port", str(redis_port), "--save", "", "--loglevel", "warning"],
            stdout=subprocess.DEVNULL,
        )
        command = [sys.executable, "-m", "seldon_runtime"]
        server = subprocess.Popen(command, cwd=scratch, env={**os.environ, **variables})
        try:
            wait_for("/ready", port)
            print_row(python, hooks, fork, measure(port, saves))
        finally:
            for process in (server, redis):
                process.kill()
                process.wait()


def print_row(python: str, hooks: bool, fork: bool, figures: Figures) -> None:
    ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    version = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    words = (version, "dict" if hooks else "pickle", "forked" if fork else "in place")
    numbers = (
        percentile(figures.without),
        percentile(figures.during),
        statistics.median(figures.pauses),
        percentile(figures.pauses),
        max(figures.pauses),
        statistics.median(figures.saves),
    )
    print("| " + " | ".join((*words, *(f"{number:.1f}" for number in numbers))) + " |", flush=True)


def percentile(values: list[float]) -> float:
    """The 99th."""
    return statistics.quantiles(values, n=100, method="inclusive")[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", help="the class's interpreter; default: this one")
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--saves", type=int, default=60)
    options = parser.parse_args()
    print(f"A state of {options.megabytes} MB, {options.saves} saves; milliseconds\n")
    print("| " + " | ".join(_COLUMNS) + " |")
    print("|---" * len(_COLUMNS) + "|")
    for python in options.python or [sys.executable]:
        for hooks in (True, False):
            run(python, hooks, True, options.megabytes, options.saves)
    run((options.python or [sys.executable])[0], True, False, options.megabytes, options.saves)


if __name__ == "__main__":
    main()
