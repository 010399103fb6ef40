"""The processor cores: servers and client have different ones."""

from __future__ import annotations

import os

from .errors import BenchError

_ALLOWED = sorted(os.sched_getaffinity(0))


def of_server(count: int = 1) -> str:
    """The first `count` cores, as taskset spells them."""
    return ",".join(map(str, _ALLOWED[:count]))


def of_client() -> str:
    """The client's core. A server that has two cores shares it."""
    return str(_ALLOWED[1])


def of_all() -> str:
    """Every core, for a server that shares them with its client."""
    return of_server(len(_ALLOWED))


def counts() -> tuple[int, ...]:
    """1, 2, 4 … and the number of cores: so many processes that compute are compared."""
    return tuple(sorted({2**power for power in range(len(_ALLOWED).bit_length())} | {len(_ALLOWED)}))


def move_aside() -> None:
    """Keep this process off the servers' core. Raises BenchError if the machine has only one."""
    if len(_ALLOWED) < 2:
        raise BenchError(f"processor cores: expected two, for server and client, found {len(_ALLOWED)}")
    os.sched_setaffinity(0, {_ALLOWED[1]})
