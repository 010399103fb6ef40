"""How many CPUs this container may use. The host may have more."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from .control_groups import control_group_folders


def container_cpus(root: Path = Path("/")) -> float:
    """The number of CPUs that this process may be scheduled on, or the limit of its control groups if that is less.

    root: where /proc and /sys are. A limit of half a CPU is 0.5. A file that cannot be read sets no limit.
    """
    return min([float(len(os.sched_getaffinity(0))), *_limits(root)])


def _limits(root: Path) -> Iterator[float]:
    for folder in control_group_folders(root, "cpu"):
        for read in (_version_2, _version_1):
            with contextlib.suppress(OSError, ValueError):  # there is no such file, or it says that there is no limit
                quota, period = read(folder)
                if quota > 0 and period > 0:
                    yield quota / period


def _version_2(folder: Path) -> tuple[int, int]:
    """`quota period` in microseconds; a quota `max` raises ValueError."""
    quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
    return int(quota), int(period)


def _version_1(folder: Path) -> tuple[int, int]:
    """The same from two files; -1 means no quota."""
    quota, period = ((folder / f"cpu.cfs_{name}_us").read_text(encoding="utf-8") for name in ("quota", "period"))
    return int(quota), int(period)
