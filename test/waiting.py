"""Waiting for what happens elsewhere, in a process or a container: no test sleeps for a time that it guessed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
_TOO_LONG = 60.0  # seconds; only a failing test waits for so long


def eventually(ask: Callable[[], Result], what: str) -> Result:
    """The first true answer of `ask`; fails, naming `what` was waited for, when there is none."""
    give_up = time.monotonic() + _TOO_LONG
    while not (answer := ask()):
        if time.monotonic() > give_up:
            raise AssertionError(f"waited {_TOO_LONG:g} s in vain until {what}")
        time.sleep(0.02)
    return answer
