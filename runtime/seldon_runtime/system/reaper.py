"""The duty of PID 1: to take the exit status of the processes that the user's code has left behind."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

_IsAwaited = Callable[[int], bool]
_awaited: list[_IsAwaited] = []  # one entry for each caller of `await_children` that has not ended


def reap_orphans() -> None:
    """As PID 1, take the exit status of each ended process, except those that `await_children` names.

    Without this, each process whose parent has ended stays a zombie for the life of the container. In the main thread.
    """
    if os.getpid() == 1:
        signal.signal(signal.SIGCHLD, _reap)


@contextlib.contextmanager
def await_children(is_awaited: _IsAwaited) -> Iterator[None]:
    """Until the end of the block, leave the processes for which `is_awaited` is true to their own waiter."""
    _awaited.append(is_awaited)
    try:
        yield
    finally:
        _awaited.remove(is_awaited)


def _reap(*_: Any) -> None:
    with contextlib.suppress(ChildProcessError):  # no child is left
        while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and not _is_awaited(ended.si_pid):
            os.waitpid(ended.si_pid, 0)


def _is_awaited(pid: int) -> bool:
    return any(is_awaited(pid) for is_awaited in tuple(_awaited))
