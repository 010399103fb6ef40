"""How many CPUs this container may use, whatever the host has."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def container_cpus(root: Path = Path("/")) -> float:
    """The CPUs that this process may be scheduled on, or less where a control group, ours or one above, allows less.

    root: where /proc and /sys are. A limit of half a CPU is 0.5; what cannot be read is no limit.
    """
    return min([float(len(os.sched_getaffinity(0))), *_limits(root)])


def _limits(root: Path) -> Iterator[float]:
    for folder in _folders(root):
        for read in (_version_2, _version_1):
            with contextlib.suppress(OSError, ValueError):  # no such file, or the words for no limit
                quota, period = read(folder)
                if quota > 0 and period > 0:
                    yield quota / period


def _folders(root: Path) -> Iterator[Path]:
    """Our control group's folder and all above it, of version 2 and of version 1's controller `cpu`.

    Inside a container /proc may tell the host's name of the group, where only the mount's own top is ours.
    """
    with contextlib.suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers or "cpu" in controllers.split(","):
                top = (
                    root / "sys/fs/cgroup" / ("cpu" if controllers else "")
                )  # which links to what is named cpu,cpuacct
                below = Path(path.lstrip("/"))
                yield from (top / folder for folder in (below, *below.parents) if ".." not in folder.parts)


def _version_2(folder: Path) -> tuple[int, int]:
    """`quota period` in microseconds; a quota `max` raises ValueError."""
    quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
    return int(quota), int(period)


def _version_1(folder: Path) -> tuple[int, int]:
    """The same from two files; a quota of -1 is none."""
    quota, period = ((folder / f"cpu.cfs_{name}_us").read_text(encoding="utf-8") for name in ("quota", "period"))
    return int(quota), int(period)
