"""Memory of a process and its descendants, as it is on a machine without any other process.

The proportional set size is not that: it divides the pages of a library by all processes that have loaded it.
Servers that are compared run at the same time, some of them on the same Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_MAPPING = re.compile(  # of smaps: the place in a file (offset, device and inode), and kB
    r"^[\da-f]+-[\da-f]+ \S+ (\S+ \S+ \d+).*?^Rss: +(\d+) kB.*?^Anonymous: +(\d+) kB", re.MULTILINE | re.DOTALL
)


def megabytes(pid: int) -> float:
    """The sum over the process and its descendants. A page that several of them have counts once."""
    members = family(pid)
    files: dict[str, int] = {}
    for member in members:
        for part, size in _parts_of_files(member):
            files[part] = max(size, files.get(part, 0))  # each process has nearly the same pages of a library
    return (sum(map(_anonymous, members)) + sum(files.values())) / 1024


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


def _parts_of_files(pid: int) -> Iterator[tuple[str, int]]:
    """Each part of a file in the process's memory: its place in the file, and kB."""
    for place, resident, anonymous in _MAPPING.findall((_PROC / str(pid) / "smaps").read_text()):
        yield place, int(resident) - int(anonymous)


def _anonymous(pid: int) -> int:
    """The kB without a file. A page is shared only by processes that forked, so the share is one of the family."""
    rollup = (_PROC / str(pid) / "smaps_rollup").read_text()
    found = re.search(r"^Pss_Anon: +(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) if found else 0
