"""Memory of a process and its descendants as proportional set size: they share the size of a shared page."""

from __future__ import annotations

import re
from pathlib import Path

_PROC = Path("/proc")


def megabytes(pid: int) -> float:
    """The sum over the process and its descendants."""
    return sum(_kilobytes(member) for member in family(pid)) / 1024


def family(pid: int) -> list[int]:
    """The process and its descendants."""
    parents = {int(path.name): _parent(path) for path in _PROC.iterdir() if path.name.isdigit()}
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def _parent(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])  # the name may contain anything
    except (FileNotFoundError, ProcessLookupError):
        return None


def _kilobytes(pid: int) -> int:
    rollup = (_PROC / str(pid) / "smaps_rollup").read_text()
    found = re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) if found else 0
