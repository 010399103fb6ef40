"""How long a request waits for the snapshot of a large state: `make bench-persistence`.

One client sends one request after the other, on one connection. Every request changes the state, which is saved again
and again meanwhile. The table has the times of all requests before the first save, and of all requests during saves.
The pause of a save is the longest request during it. Redis, server, component, its copy and client share the machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from . import bodies, cores, environments
from .client import connect, post
from .errors import BenchError
from .payloads import SMALL
from .process import Process, free_ports
from .servers import OWN_PYTHON, Server, ours
from .table import markdown
from .wires import SELDON

_COLUMNS = (
    *("Python", "stored as", "snapshot", "p99 before", "p99 during saves"),
    *("pause, median", "pause, p99", "longest", "a save takes"),
)
_BEFORE, _BETWEEN = 3.0, 0.1  # seconds without a save
_MODELS = {"dict": "LargeDict", "pickle": "Large"}


@dataclass(frozen=True)
class Variant:
    """stored_as: a key of _MODELS. fork: whether a copy of the component makes the snapshot."""

    python: str
    stored_as: str
    fork: bool

    def server(self, megabytes: int, redis_port: int) -> Server:
        parameters = json.dumps([{"name": "megabytes", "type": "INT", "value": str(megabytes)}])
        return ours(
            f"{self.stored_as} on Python {self.python}",
            "REST",
            "separate",
            (self.python,),
            _MODELS[self.stored_as],
            PERSISTENCE="1",
            PERSISTENCE_FORK=str(int(self.fork)),
            PREDICTIVE_UNIT_PARAMETERS=parameters.replace("{", "{{").replace("}", "}}"),  # Process fills in the ports
            REDIS_SERVICE_PORT=str(redis_port),
            LOG_LEVEL="WARNING",
        )


class Client(threading.Thread):
    """Sends requests until `stop`. times: (begin, end) of each request, in seconds."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._connection = connect(port)
        self._stopping = threading.Event()
        self.times: list[tuple[float, float]] = []

    def run(self) -> None:
        path, body = SELDON.path_of(SMALL), bodies.request_body(SELDON, SMALL).read_bytes()
        while not self._stopping.is_set():
            begin = time.perf_counter()
            post(self._connection, path, body, SELDON.headers(body))
            self.times.append((begin, time.perf_counter()))

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def within(self, begin: float, end: float) -> list[float]:
        """The milliseconds of each request that was in flight in this span."""
        return [1000 * (until - since) for since, until in self.times if until >= begin and since <= end]


@dataclass(frozen=True)
class Figures:
    """In milliseconds: all requests before the saves, the requests during each save, and the saves themselves."""

    before: list[float]
    during: list[list[float]]
    saves: list[float]

    def cells(self) -> list[str]:
        """Those of the table, from `p99 before` on."""
        pauses = [max(times) for times in self.during]
        numbers = (
            percentile(self.before),
            percentile(sum(self.during, [])),
            statistics.median(pauses),
            percentile(pauses),
            max(pauses),
            statistics.median(self.saves),
        )
        return [f"{number:.1f}" for number in numbers]


def percentile(values: list[float]) -> float:
    """The 99th."""
    return statistics.quantiles(values, n=100, method="inclusive")[-1]


def measure(port: int, saves: int) -> Figures:
    """Raises BenchError if a save fails."""
    client = Client(port)
    client.start()
    time.sleep(_BEFORE)
    before = time.perf_counter()
    spans = list(_save(port, saves))
    client.stop()
    during = [client.within(*span) for span in spans]
    return Figures(client.within(0.0, before), during, [1000 * (end - begin) for begin, end in spans])


def _save(port: int, saves: int) -> Iterator[tuple[float, float]]:
    """Begin and end of each save, in seconds."""
    connection = connect(port)
    for _ in range(saves):
        begin = time.perf_counter()
        post(connection, "/persistence/save", b"", {})
        yield begin, time.perf_counter()
        time.sleep(_BETWEEN)


@contextmanager
def _redis() -> Iterator[int]:
    """An empty Redis; its port."""
    port = free_ports(1)[0]
    command = ["redis-server", "--port", str(port), "--save", "", "--loglevel", "warning"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as redis:
        try:
            yield port
        finally:
            redis.kill()


def row(variant: Variant, megabytes: int, saves: int) -> list[str]:
    """Measure one variant. Raises BenchError."""
    print(f"measuring {variant}", file=sys.stderr)
    with _redis() as redis_port:
        process = Process(variant.server(megabytes, redis_port), cores.of_all())
        try:
            process.seconds_to_first_response(SMALL)
            figures = measure(process.port, saves)
        finally:
            process.stop()
    return [variant.python, variant.stored_as, "forked" if variant.fork else "in place", *figures.cells()]


def variants(pythons: list[str]) -> list[Variant]:
    """Both forms of a state on each Python, and one snapshot in place."""
    forked = [Variant(python, stored_as, True) for python in pythons for stored_as in _MODELS]
    return [*forked, Variant(pythons[0], "dict", False)]


def main() -> int:
    """1 if a figure could not be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.persistence_pause", description="How long saves stop requests."
    )
    parser.add_argument("--python", action="append", help=f"a Python version of the class; default: {OWN_PYTHON}")
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--saves", type=int, default=60)
    options = parser.parse_args()
    try:
        environments.require_tools("taskset", "redis-server")
        chosen = variants(options.python or [OWN_PYTHON])
        rows = [row(variant, options.megabytes, options.saves) for variant in chosen]
    except BenchError as error:
        print(f"make bench-persistence: {error}", file=sys.stderr)
        return 1
    print(f"A state of {options.megabytes} MB, {options.saves} saves; milliseconds\n\n{markdown(_COLUMNS, rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
