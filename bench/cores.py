"""Which processor core does what: the servers' are not the client's."""

from __future__ import annotations

import os

from .errors import BenchError

_ALLOWED = sorted(os.sched_getaffinity(0))


def of_server(count: int = 1) -> str:
    """So many cores, as taskset spells them."""
    return ",".join(map(str, _ALLOWED[:count]))


def of_client() -> str:
    """The client's core; a server that has two shares it."""
    return str(_ALLOWED[1])


def move_aside() -> None:
    """Keep this process off the servers' core. Raises BenchError where there is only one."""
    if len(_ALLOWED) < 2:
        raise BenchError("two processor cores are needed: one for the server, one for the client")
    os.sched_setaffinity(0, {_ALLOWED[1]})
