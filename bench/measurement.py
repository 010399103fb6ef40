"""Measures cases. The servers take turns, A B A B, so that a slow moment of the machine slows all of them.

They are started several times, because one start of a server may be faster than the next one.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from . import bodies, cores, memory
from .cases import Case, Repetitions
from .cpu import Cpu, cpu_of
from .errors import BenchError
from .load import Load, Target, h2load, wrk
from .payloads import SMALL, Payload
from .process import Process
from .results import Result
from .servers import Server

_WARM_UP = Repetitions(rounds=2, seconds=1)  # the first round's rate gives the number of requests of the second
_LEAST = 3  # responses of a connection
_FIGURES: dict[str, Callable[[Load, int], float]] = {  # load, the server's pid -> figure
    "rate": lambda load, _: load.rate,
    "p50": lambda load, _: load.p50,
    "p99": lambda load, _: load.p99,
    "server cpu": lambda load, _: load.cpu.server,
    "class cpu": lambda load, _: load.cpu.of_class,
    "memory": lambda _, pid: memory.megabytes(pid),
}


@dataclass
class Turn:
    """One server under the load of one case. rate: of the previous load; it gives the length of the next one."""

    process: Process
    case: Case
    response_bytes: int
    rate: float

    def load(self, seconds: float) -> Load:
        """Load for `seconds`, or longer if the responses take long."""
        wire, payload, connections = self.process.server.wire, self.case.payload, self.case.connections
        body = bodies.request_body(wire, payload)
        target = Target(self.process.url(payload), body, wire.headers(body.read_bytes()), cores.of_client())
        seconds = max(seconds, _LEAST * connections / self.rate)
        before = self._cpu()
        if wire.is_grpc:
            load = h2load(target, connections, round(self.rate * seconds), self.response_bytes)
        else:
            load = wrk(target, connections, seconds)
        self.rate = load.rate
        return replace(load, cpu=self._cpu().each(before, load.requests))

    def _cpu(self) -> Cpu:
        return cpu_of(self.process.pid) if "server cpu" in self.case.measures else Cpu()


def under_load(cases: Sequence[Case], repetitions: Repetitions, starts: int) -> Iterator[Result]:
    """One result for each measure of each case. Raises BenchError.

    cases: with the same servers, cores and repetitions. starts: how often the servers are started for the rounds.
    """
    bodies.write_responses((server.wire, case.payload) for case in cases for server in case.servers)
    results = {case.name: _empty_results(case) for case in cases}
    for number, of_start in enumerate((cases[0].repetitions or repetitions).divided(starts), 1):
        with _running(cases[0].servers, cases[0].cores, cases[0].payload) as processes:
            for case in cases:
                print(f"measuring {case.name}, start {number}", file=sys.stderr)
                _measure(case, processes, of_start, results[case.name])
    for of_case in results.values():
        yield from of_case


def cold_start(name: str, servers: tuple[Server, ...], rounds: int) -> Result:
    """The time from a process's start to its first 200. A first start fills the machine's caches. Raises BenchError."""
    print(f"measuring {name}", file=sys.stderr)
    samples: dict[str, list[float]] = defaultdict(list)
    for turn in range(rounds + 1):
        for server in servers:
            process = Process(server, cores.of_server())
            seconds = process.seconds_to_first_response(SMALL)
            process.stop()
            if turn:
                samples[server.name].append(seconds)
    return Result(name, "start", samples)


@contextmanager
def _running(servers: tuple[Server, ...], count: int, payload: Payload) -> Iterator[list[Process]]:
    """All servers, ready for requests, on the same cores. A server that waits for its turn uses no processor time."""
    processes: list[Process] = []
    try:
        for server in servers:
            processes.append(Process(server, cores.of_server(count)))
            processes[-1].seconds_to_first_response(payload)
        yield processes
    finally:
        for process in processes:
            process.stop()


def _empty_results(case: Case) -> list[Result]:
    request_bytes = bodies.request_body(case.servers[0].wire, case.payload).stat().st_size
    return [Result(case.name, name, defaultdict(list), request_bytes) for name in case.measures]


def _measure(case: Case, processes: list[Process], repetitions: Repetitions, results: list[Result]) -> None:
    """Add a figure to each result for each turn of each server."""
    turns = [_checked(process, case) for process in processes]
    for turn in turns * _WARM_UP.rounds:
        turn.load(_WARM_UP.seconds)
    for turn in turns * repetitions.rounds:
        load = turn.load(repetitions.seconds)
        for result in results:
            figure = _FIGURES[result.measure](load, turn.process.pid)
            result.samples[turn.process.server.name].append(figure)


def _checked(process: Process, case: Case) -> Turn:
    """A server whose response is right. Raises BenchError."""
    start = time.monotonic()
    response = process.send(case.payload)
    rate = 1 / (time.monotonic() - start)
    if not case.payload.is_right(process.server.wire.decode(response)):
        raise BenchError(f"{process.server.name}: wrong response to {case.payload.name}: {response[:500]!r}")
    return Turn(process, case, len(response), rate)
