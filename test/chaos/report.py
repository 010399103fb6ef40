"""What the rounds have found."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

_SHOWN = 2000  # bytes of an input that are printed; the seed and the number give the rest
MOST_SHOWN = 20  # violations of a round


class Outcome(NamedTuple):
    """What a client got for one request. sent: a monotonic time. status: an HTTP status, 0 for a lost connection.

    fault: what is wrong with the response, besides its status; None: nothing.
    """

    identity: str
    sent: float
    status: int
    fault: str | None


class Report:
    """The violations of one round, and what it counted. Any thread may add to it."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, what: str, number: int = 1) -> None:
        with self._lock:
            self.counts[what] += number

    def violate(self, what: str, about: object = "") -> None:
        """about: the input."""
        with self._lock:
            self.counts["violations"] += 1
            if len(self.violations) < MOST_SHOWN:
                self.violations.append(f"{what}{' | ' if about else ''}{_shown(about)}")


def _shown(about: object) -> str:
    text = repr(about) if about else ""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def in_threads(tasks: list[Callable[[], Any]]) -> Callable[[], None]:
    """Run each task in a thread of its own; the returned function waits for all, and raises what one has raised."""
    raised: list[BaseException] = []

    def run(task: Callable[[], Any]) -> None:
        try:
            task()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()

    def wait() -> None:
        for thread in threads:
            thread.join()
        if raised:
            raise raised[0]

    return wait
