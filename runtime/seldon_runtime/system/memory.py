"""How much memory this container may use, and a process has used. The host may have more."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from .control_groups import control_group_folders

_FILES = ("memory.max", "memory.limit_in_bytes")  # of version 2 and of version 1


def container_memory(root: Path = Path("/")) -> int:
    """Bytes: the memory of this machine, or the limit of its control groups if that is less.

    root: where /proc and /sys are. A file that cannot be read sets no limit.
    """
    return min([os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *_limits(root)])


def peak_memory(pid: int) -> int | None:
    """Bytes that a process of this machine had in memory at most; None if it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return None


def _limits(root: Path) -> Iterator[int]:
    for folder in control_group_folders(root, "memory"):
        for name in _FILES:
            with contextlib.suppress(OSError, ValueError):  # there is no such file, or it says `max`
                limit = int((folder / name).read_text(encoding="utf-8"))
                if limit > 0:
                    yield limit
