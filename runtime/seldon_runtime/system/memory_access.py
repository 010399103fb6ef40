"""Who may read and write the memory of this process."""

from __future__ import annotations

import ctypes
import os

_PR_SET_DUMPABLE = 4  # of linux/prctl.h


def deny_memory_access() -> None:
    """Close this process to other processes of its user: its memory, its variables and its descriptors in /proc.

    None of them can trace it, and it leaves no core dump. A program that it starts is open again (prctl(2)).
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
