"""Measures cases: the servers take turns, A B A B, so that what slows the machine down slows down all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import memory, wires
from .cases import Case
from .environments import HOME
from .load import Load, Target, h2load, wrk
from .payloads import SMALL, Payload
from .process import Process
from .results import Result
from .servers import ANSWERS, Server

_WARM_UP = 1.0  # seconds


class WrongAnswer(Exception):
    """An answer that is not the array of the question."""


@dataclass(frozen=True)
class Effort:
    """How often each server has its turn, and for how many seconds."""

    rounds: int
    seconds: float


def measure(case: Case, effort: Effort) -> list[Result]:
    """One result for each of the case's measures. Raises LoadFailed, NotServing, WrongAnswer."""
    _write_answer(case.payload)
    with running(case.servers, case.cores) as processes:
        sizes = {process: check(process, case.payload) for process in processes}
        for process in processes:
            _load(process, case, _WARM_UP, sizes[process])
        loads: dict[str, list[Load]] = {process.server.name: [] for process in processes}
        used: dict[str, list[float]] = {process.server.name: [] for process in processes}
        for _ in range(effort.rounds):
            for process in processes:
                loads[process.server.name].append(_load(process, case, effort.seconds, sizes[process]))
                used[process.server.name].append(memory.megabytes(process.pid))
    return [_result(case, name, loads, used) for name in case.measures]


def _result(case: Case, name: str, loads: dict[str, list[Load]], used: dict[str, list[float]]) -> Result:
    if name == "memory":
        return Result(case.name, name, used)
    return Result(case.name, name, {server: [getattr(load, name) for load in all_] for server, all_ in loads.items()})


def cores(count: int) -> tuple[str, str]:
    """The server's cores and the client's, as taskset spells them: the first ones that this process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    return ",".join(map(str, allowed[:count])), str(allowed[1])


@contextmanager
def running(servers: tuple[Server, ...], count: int) -> Iterator[list[Process]]:
    """All of them, ready, on the same cores; those that wait for their turn use none of it."""
    processes: list[Process] = []
    try:
        for server in servers:
            processes.append(Process(server, cores(count)[0], _file("logs", server.name)))
            processes[-1].seconds_to_first_answer(SMALL)
        yield processes
    finally:
        for process in processes:
            process.stop()


def check(process: Process, payload: Payload) -> int:
    """Length of an answer that says what the question did. Raises WrongAnswer."""
    answer = process.ask(payload)
    found = process.server.wire.decode(answer)
    if not np.array_equal(found, payload.array):
        raise WrongAnswer(f"{process.server.name} answers {payload.name} with {answer[:500]!r}")
    return len(answer)


def _load(process: Process, case: Case, seconds: float, answer_bytes: int) -> Load:
    target = Target(process.url(case.payload), _question(process.server, case.payload), cores(case.cores)[1])
    if process.server.wire is wires.SELDON_GRPC:
        return h2load(target, case.connections, seconds, answer_bytes)
    return wrk(target, case.connections, seconds)


def _question(server: Server, payload: Payload) -> Path:
    """A file with the body of the request."""
    path = _file("questions", f"{server.wire.path_of(payload)} {payload.name}")
    if not path.is_file():
        path.write_bytes(server.wire.encode(payload))
    return path


def _write_answer(payload: Payload) -> None:
    for one in (SMALL, payload):
        ANSWERS.mkdir(parents=True, exist_ok=True)
        (ANSWERS / wires.STATIC.path_of(one)[1:]).write_bytes(wires.static_answer(one))


def _file(folder: str, name: str) -> Path:
    path = HOME / folder / "".join(letter if letter.isalnum() else "-" for letter in name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
