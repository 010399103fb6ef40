"""How the kernel shares the cores out between the server's threads and the component."""

from __future__ import annotations

import contextlib
import os

_THIS_THREAD = 0
_PRIORITY = os.sched_param(0)  # the only one that the policy has


def use_batch_scheduling(pid: int = _THIS_THREAD) -> None:
    """Let a process, or this thread, wake up without taking a core from whoever is running there.

    With one core for all, a component that took it from the server for each question would find one question at a
    time; so it finds all that have come meanwhile. Its share of the core stays the same (sched(7), SCHED_BATCH).
    """
    with contextlib.suppress(OSError):  # it has ended, or the container may not: slower, and right
        os.sched_setscheduler(pid, os.SCHED_BATCH, _PRIORITY)
