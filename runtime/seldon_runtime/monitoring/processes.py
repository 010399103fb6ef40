"""What the kernel knows of the processes of the server and of the class, under the names that Prometheus uses."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Callable, Iterable
from pathlib import Path

from .family import Cells, Labels

_PAGE, _TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
# fields of /proc/<pid>/stat behind the name of the program, counted from 0 (proc(5))
_UTIME, _STIME, _START, _VSIZE, _RSS = 11, 12, 19, 20, 21
SERVER = "server"


def _boot_time() -> float:
    """When the machine started, in seconds since 1970."""
    for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines():
        if line.startswith("btime "):
            return float(line.split()[1])
    return 0.0


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _cpu_seconds(pid: int) -> float:
    stat = _stat(pid)
    return (int(stat[_UTIME]) + int(stat[_STIME])) / _TICKS


def _resident(pid: int) -> float:
    return float(int(_stat(pid)[_RSS]) * _PAGE)


def _virtual(pid: int) -> float:
    return float(_stat(pid)[_VSIZE])


def _start(pid: int) -> float:
    return _boot_time() + int(_stat(pid)[_START]) / _TICKS


def _open_files(pid: int) -> float:
    return float(len(os.listdir(f"/proc/{pid}/fd")))


def _most_files(pid: int) -> float:
    """The soft limit."""
    for line in Path(f"/proc/{pid}/limits").read_text(encoding="utf-8").splitlines():
        if line.startswith("Max open files"):
            return float(line.split()[3].replace("unlimited", "inf"))
    raise OSError("no such limit")


# (kind, name, help, function of a pid)
FAMILIES: tuple[tuple[str, str, str, Callable[[int], float]], ...] = (
    ("COUNTER", "process_cpu_seconds", "User and system time, in seconds.", _cpu_seconds),
    ("GAUGE", "process_resident_memory_bytes", "Resident memory.", _resident),
    ("GAUGE", "process_virtual_memory_bytes", "Virtual memory.", _virtual),
    ("GAUGE", "process_open_fds", "Open files and connections.", _open_files),
    ("GAUGE", "process_max_fds", "The most that it may have open.", _most_files),
    ("GAUGE", "process_start_time_seconds", "Start, in seconds since 1970.", _start),
)


class Processes:
    """pids: of the processes of the class, at the time of a scrape; () for an inline class."""

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self._pids = pids

    def series(self, read: Callable[[int], float]) -> dict[Labels, Cells]:
        """label process: `server`, or `class-1`, `class-2` … What cannot be read is left out."""
        pids = {SERVER: os.getpid(), **{f"class-{number}": pid for number, pid in enumerate(self._pids(), 1)}}
        found: dict[Labels, Cells] = {}
        for name, pid in pids.items():
            with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended, or belongs to another user
                found[("process", name),] = [read(pid)]
        return found


def python_info() -> dict[Labels, Cells]:
    """The server's Python. That of the class may be another one."""
    labels = {"implementation": platform.python_implementation(), "version": platform.python_version()}
    return {tuple(sorted({**labels, "process": SERVER}.items())): [1.0]}
