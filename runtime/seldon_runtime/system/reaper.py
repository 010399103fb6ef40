"""PID 1's duty: to bury the processes that the user's code started and left behind."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

_owners: list[Callable[[int], bool]] = []


def reap_orphans(is_ours: Callable[[int], bool]) -> None:
    """As PID 1, take the exit status of every process but those of any `is_ours`, whose own waiters want it."""
    _owners.append(is_ours)
    if os.getpid() != 1:
        return

    def reap(*_: Any) -> None:
        with contextlib.suppress(ChildProcessError):  # no child is left
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and not _is_owned(ended):
                os.waitpid(ended.si_pid, 0)

    signal.signal(signal.SIGCHLD, reap)


def _is_owned(ended: os.waitid_result) -> bool:
    return any(is_ours(ended.si_pid) for is_ours in _owners)
