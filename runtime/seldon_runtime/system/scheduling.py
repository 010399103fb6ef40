"""How the kernel shares the CPUs between the server's threads and the component."""

from __future__ import annotations

import contextlib
import os

_THIS_THREAD = 0
_PRIORITY = os.sched_param(0)  # the only one that the policy has


def use_batch_scheduling(pid: int = _THIS_THREAD) -> None:
    """Let a process, or this thread, wake up without preempting the thread that runs on the CPU.

    Without this, the component preempts the server for each request, if they share a CPU. With this, requests
    accumulate and the component reads them together. Its share of the CPU stays the same (sched(7), SCHED_BATCH).
    """
    with contextlib.suppress(OSError):  # the process has ended, or the container forbids it: slower, but correct
        os.sched_setscheduler(pid, os.SCHED_BATCH, _PRIORITY)
