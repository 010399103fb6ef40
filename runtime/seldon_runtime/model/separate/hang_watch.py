"""Finds a call of the class that takes longer than HANG_TIMEOUT_SECONDS."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_CHECKS = 10  # in the time of the timeout
_LONGEST_WAIT = 1.0  # seconds between two checks


def start_watch(
    timeout: float | None, current: Callable[[], int | None], ended: threading.Event, kill: Callable[[str], None]
) -> None:
    """Call `kill` with the reason once one call takes longer than `timeout` seconds, unless `ended` is set before.

    current: the number of the request that the class works on; None between two requests. It is read some times a
    second, so a request costs nothing.
    """
    if timeout is not None:
        threading.Thread(target=_watch, args=(timeout, current, ended, kill), name="hang-watch", daemon=True).start()


def _watch(
    timeout: float, current: Callable[[], int | None], ended: threading.Event, kill: Callable[[str], None]
) -> None:
    number, since = None, time.monotonic()
    while not ended.wait(min(timeout / _CHECKS, _LONGEST_WAIT)):
        found, now = current(), time.monotonic()
        if found is None or found != number:
            number, since = found, now
        elif now - since >= timeout:
            return kill(f"a call took longer than HANG_TIMEOUT_SECONDS ({timeout:g} s)")
