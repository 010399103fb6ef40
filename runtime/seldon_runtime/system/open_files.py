"""How many files, which are connections for the most part, this process may have open, and which it must have."""

from __future__ import annotations

import os
import resource

RESERVE = 256  # for what is no connection: a process of the component that starts again needs some, too


def connections_possible(wanted: int) -> int:
    """How many of `wanted` connections are possible, once the soft limit of open files is raised for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVE
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - RESERVE))


def keep_standard_descriptors() -> None:
    """Have each of the descriptors 0 to 2 open, after code that may have closed one.

    Else a connection gets it. Then what somebody prints reaches a client, and libuv aborts when it closes it.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != descriptor:
                os.dup2(null, descriptor)
                os.close(null)
