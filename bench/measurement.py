"""Measures cases: the servers take turns, A B A B, so that what slows the machine down slows down all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from . import cores, memory, wires
from .cases import Case
from .effort import Effort
from .environments import HOME
from .errors import BenchError
from .load import Load, Target, h2load, wrk
from .payloads import SMALL, Payload
from .process import Process
from .results import Result
from .servers import ANSWERS, Server

_WARM_UP = 1.0  # seconds
_FIGURES: dict[str, Callable[[Load, int], float]] = {  # of a load and of the server's process
    "rate": lambda load, _: load.rate,
    "p50": lambda load, _: load.p50,
    "p99": lambda load, _: load.p99,
    "memory": lambda _, pid: memory.megabytes(pid),
}


def under_load(case: Case, effort: Effort) -> list[Result]:
    """One result for each of the case's measures. Raises BenchError."""
    _write_answers(SMALL, case.payload)
    samples: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in case.measures}
    with _running(case.servers, case.cores) as processes:
        sizes = [check(process, case.payload) for process in processes]
        for process, size in zip(processes, sizes, strict=True):
            _load(process, case, _WARM_UP, size)
        for _ in range(effort.rounds):
            for process, size in zip(processes, sizes, strict=True):
                load = _load(process, case, effort.seconds, size)
                for name in case.measures:
                    samples[name][process.server.name].append(_FIGURES[name](load, process.pid))
    asked = _question(case.servers[0], case.payload).stat().st_size
    return [Result(case.name, name, samples[name], asked) for name in case.measures]


def cold_start(name: str, servers: tuple[Server, ...], effort: Effort) -> Result:
    """From a process's start to its first 200, after one start that fills the machine's caches."""
    samples: dict[str, list[float]] = defaultdict(list)
    for turn in range(effort.rounds + 1):
        for server in servers:
            process = Process(server, cores.of_server(), _file("logs", server.name))
            seconds = process.seconds_to_first_answer(SMALL)
            process.stop()
            if turn:
                samples[server.name].append(seconds)
    return Result(name, "start", samples)


@contextmanager
def _running(servers: tuple[Server, ...], count: int) -> Iterator[list[Process]]:
    """All of them, ready, on the same cores; those that wait for their turn use none of it."""
    processes: list[Process] = []
    try:
        for server in servers:
            processes.append(Process(server, cores.of_server(count), _file("logs", server.name)))
            processes[-1].seconds_to_first_answer(SMALL)
        yield processes
    finally:
        for process in processes:
            process.stop()


def check(process: Process, payload: Payload) -> int:
    """Length of an answer that says what the question did. Raises BenchError."""
    answer = process.ask(payload)
    if not np.array_equal(process.server.wire.decode(answer), payload.array):
        raise BenchError(f"{process.server.name} answers {payload.name} with {answer[:500]!r}")
    return len(answer)


def _load(process: Process, case: Case, seconds: float, answer_bytes: int) -> Load:
    target = Target(process.url(case.payload), _question(process.server, case.payload), cores.of_client())
    if process.server.wire is wires.SELDON_GRPC:
        return h2load(target, case.connections, seconds, answer_bytes)
    return wrk(target, case.connections, seconds)


def _question(server: Server, payload: Payload) -> Path:
    """A file with the body of the request."""
    path = _file("questions", f"{server.wire.path_of(payload)} {payload.name}")
    if not path.is_file():
        path.write_bytes(server.wire.encode(payload))
    return path


def _write_answers(*payloads: Payload) -> None:
    ANSWERS.mkdir(parents=True, exist_ok=True)
    for payload in payloads:
        (ANSWERS / wires.STATIC.path_of(payload)[1:]).write_bytes(wires.static_answer(payload))


def _file(folder: str, name: str) -> Path:
    path = HOME / folder / "".join(letter if letter.isalnum() else "-" for letter in name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
