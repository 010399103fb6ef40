"""Waiting for what happens elsewhere, in a process or a container: no test sleeps for a time that it guessed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
_TOO_LONG = 60.0  # seconds; only a failing test waits for so long
_SHORTEST, _LONGEST = 0.005, 0.1  # seconds between two looks


def eventually(ask: Callable[[], Result], what: str | Callable[[], str]) -> Result:
    """The first true answer of `ask`; fails, naming `what` was waited for, when there is none.

    It asks less often the longer it waits, because asking a container takes processor time too.

    what: a function, if its text says how it stands at the end.
    """
    begun = time.monotonic()
    while not (answer := ask()):
        waited = time.monotonic() - begun
        if waited > _TOO_LONG:
            raise AssertionError(f"waited {_TOO_LONG:g} s in vain until {what() if callable(what) else what}")
        time.sleep(min(max(waited / 10, _SHORTEST), _LONGEST))
    return answer


def in_background(ask: Callable[[], Result]) -> Callable[[], Result]:
    """Ask now, in a thread; the returned function waits for the answer and fails when there was none."""
    answers: list[Result] = []
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()

    def answer() -> Result:
        thread.join()
        assert answers, "the connection was closed without an answer"
        return answers[0]

    return answer
