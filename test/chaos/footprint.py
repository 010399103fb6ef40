"""What a server and the process of its class hold: memory, descriptors and threads."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from bench.memory import family, megabytes

WAIT = 30.0  # seconds for a server to give back what it holds
_POLL = 0.2


class Footprint(NamedTuple):
    """memory: megabytes, in which a page that both processes have counts once."""

    memory: float
    descriptors: int
    threads: int

    def excess(self, before: Footprint) -> str | None:
        """What has grown by more than it may; None: nothing. A pool keeps its idle threads, so some more are no leak."""
        limits = Footprint(max(before.memory * 1.2, before.memory + 50), before.descriptors + 8, before.threads + 32)
        grown = [f"{name}: {found:.0f} after {had:.0f}" for name, found, had, most in
                 zip(self._fields, self, before, limits, strict=True) if found > most]
        return ", ".join(grown) or None


def footprint(pid: int) -> Footprint:
    """Of a process and its descendants, which may begin and end meanwhile."""
    give_up = time.monotonic() + WAIT
    while True:
        try:
            members = [Path("/proc") / str(member) for member in family(pid)]
            return Footprint(megabytes(pid), sum(len(list((path / "fd").iterdir())) for path in members),
                             sum(len(list((path / "task").iterdir())) for path in members))
        except (FileNotFoundError, ProcessLookupError):
            if time.monotonic() > give_up:
                raise
            time.sleep(_POLL)


def settled(pid: int, before: Footprint) -> Footprint:
    """The footprint once nothing has grown too much, or the one after WAIT."""
    give_up = time.monotonic() + WAIT
    while (found := footprint(pid)).excess(before) and time.monotonic() < give_up:
        time.sleep(_POLL)
    return found
