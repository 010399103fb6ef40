"""Which process is meant, also after its number belongs to another one, and from another machine or container."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_START_TIME = 19  # of the fields behind the name in /proc/PID/stat, see proc_pid_stat(5)


def identity_of(pid: int) -> str:
    """A text that no other process has. pid: of a process of this container or machine."""
    return f"{_where()}/{pid}/{_start_time(pid)}"


def has_ended(identity: str) -> bool:
    """Whether a process of this container or machine has ended. False for one of another: nobody knows from here."""
    where, _, process = identity.partition("/")
    pid, _, begun = process.partition("/")
    return where == _where() and _start_time(int(pid)) != begun


def _where() -> str:
    return f"{socket.gethostname()}-{os.readlink('/proc/self/ns/pid')}"


def _start_time(pid: int) -> str:
    """ "" if it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[_START_TIME]
