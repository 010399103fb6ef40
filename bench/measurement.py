"""Measures cases: the servers take turns, A B A B, so that what slows the machine down slows down all of them."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from . import bodies, cores, memory, wires
from .cases import Case
from .effort import Effort
from .errors import BenchError
from .load import Load, Target, h2load, wrk
from .payloads import SMALL, Payload
from .process import Process
from .results import Result
from .servers import Server

_WARM_UP = Effort(rounds=2, seconds=1)  # the first round's rate tells how many requests the second one needs
_LEAST = 3  # answers a connection
_FIGURES: dict[str, Callable[[Load, int], float]] = {  # of a load and of the server's process
    "rate": lambda load, _: load.rate,
    "p50": lambda load, _: load.p50,
    "p99": lambda load, _: load.p99,
    "memory": lambda _, pid: memory.megabytes(pid),
}


@dataclass
class Turn:
    """One server under the load of one case. rate: of the load before, from which the next one's length follows."""

    process: Process
    case: Case
    answer_bytes: int
    rate: float

    def load(self, seconds: float) -> Load:
        """For that long, longer where the answers take long."""
        wire, payload, connections = self.process.server.wire, self.case.payload, self.case.connections
        target = Target(self.process.url(payload), bodies.question(wire, payload), cores.of_client())
        seconds = max(seconds, _LEAST * connections / self.rate)
        if wire is wires.SELDON_GRPC:
            load = h2load(target, connections, round(self.rate * seconds), self.answer_bytes)
        else:
            load = wrk(target, connections, seconds)
        self.rate = load.rate
        return load


def under_load(cases: Sequence[Case], effort: Effort) -> Iterator[Result]:
    """One result for each measure of each case; all of them have the same servers and cores. Raises BenchError."""
    bodies.write_answers(case.payload for case in cases)
    with _running(cases[0].servers, cases[0].cores, cases[0].payload) as processes:
        for case in cases:
            print(f"measuring {case.name}", file=sys.stderr)
            yield from _measure(case, processes, case.effort or effort)


def cold_start(name: str, servers: tuple[Server, ...], effort: Effort) -> Result:
    """From a process's start to its first 200, after one start that fills the machine's caches. Raises BenchError."""
    print(f"measuring {name}", file=sys.stderr)
    samples: dict[str, list[float]] = defaultdict(list)
    for turn in range(effort.rounds + 1):
        for server in servers:
            process = Process(server, cores.of_server())
            seconds = process.seconds_to_first_answer(SMALL)
            process.stop()
            if turn:
                samples[server.name].append(seconds)
    return Result(name, "start", samples)


@contextmanager
def _running(servers: tuple[Server, ...], count: int, payload: Payload) -> Iterator[list[Process]]:
    """All of them, ready for such questions, on the same cores; those that wait for their turn use none of it."""
    processes: list[Process] = []
    try:
        for server in servers:
            processes.append(Process(server, cores.of_server(count)))
            processes[-1].seconds_to_first_answer(payload)
        yield processes
    finally:
        for process in processes:
            process.stop()


def _measure(case: Case, processes: list[Process], effort: Effort) -> list[Result]:
    turns = [_checked(process, case) for process in processes]
    for turn in turns * _WARM_UP.rounds:
        turn.load(_WARM_UP.seconds)
    samples: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in case.measures}
    for turn in turns * effort.rounds:
        load = turn.load(effort.seconds)
        for name in case.measures:
            samples[name][turn.process.server.name].append(_FIGURES[name](load, turn.process.pid))
    asked = bodies.question(processes[0].server.wire, case.payload).stat().st_size
    return [Result(case.name, name, samples[name], asked) for name in case.measures]


def _checked(process: Process, case: Case) -> Turn:
    """A server whose answer is right. Raises BenchError."""
    asked = time.monotonic()
    answer = process.ask(case.payload)
    rate = 1 / (time.monotonic() - asked)
    if not case.payload.is_answered_by(process.server.wire.decode(answer)):
        raise BenchError(f"{process.server.name} answers {case.payload.name} with {answer[:500]!r}")
    return Turn(process, case, len(answer), rate)
