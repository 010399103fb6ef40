"""How the C library's allocator serves the threads of this process."""

from __future__ import annotations

import contextlib
import ctypes

_M_ARENA_MAX = -8  # mallopt(3)


def use_one_arena() -> None:
    """Have all threads share one heap: glibc gives back the free end of the first one only. Before other threads start.

    Else each thread that ever read a large message could keep as much memory as the message took.
    """
    with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
