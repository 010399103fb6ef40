"""Processor time of a server of ours: of its own process, and of those of the class."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .memory import family

_CLASS = b"seldon_component"  # in the command line of a process of the class
_TICKS = os.sysconf("SC_CLK_TCK")  # of a second


@dataclass(frozen=True)
class Cpu:
    """Milliseconds since the start of the processes."""

    server: float = 0.0
    of_class: float = 0.0

    def each(self, before: Cpu, requests: int) -> Cpu:
        """Those of one request, of so many since `before`."""
        return Cpu((self.server - before.server) / requests, (self.of_class - before.of_class) / requests)


def cpu_of(pid: int) -> Cpu:
    """Of a server and its descendants."""
    times: dict[bool, float] = {False: 0.0, True: 0.0}
    for member in family(pid):
        process = Path("/proc") / str(member)
        times[_CLASS in (process / "cmdline").read_bytes()] += _milliseconds(process)
    return Cpu(times[False], times[True])


def _milliseconds(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()  # the name may contain anything
    return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS  # in user mode and in the kernel
