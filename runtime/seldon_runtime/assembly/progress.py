"""The lines that a build prints: one a step, numbered, with its seconds, and the step's notes below it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .build import Job

_WIDTH = 64  # columns of a title, so that the seconds stand below each other
_BOLD, _PLAIN = "\033[1;31m", "\033[0m"


@dataclass(frozen=True)
class Step:
    """title: what is done, with `{settings.…}` and `{paths.…}`. run: does it, or raises StartError.

    is_wanted: whether there is anything to do; a step that is not wanted has no line.
    """

    title: str
    run: Callable[[Job], None]
    is_wanted: Callable[[Job], bool] = lambda job: True


class Steps:
    """Runs steps one after the other, each with its line. seconds: title -> how long, of each that has ended."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._number = 0

    def run(self, job: Job, steps: tuple[Step, ...]) -> None:
        """Run those that are wanted. Raises the first StartError."""
        for step in steps:
            if step.is_wanted(job):
                with self.line(step.title.format(settings=job.settings, paths=job.paths), job.notes):
                    step.run(job)

    @contextmanager
    def line(self, title: str, notes: list[str]) -> Iterator[None]:
        """Print the line of what is done inside, and the notes that were taken meanwhile, once it is done."""
        self._number += 1
        start, end = time.monotonic(), "failed"
        try:
            yield
            end = ""
        finally:
            seconds = self.seconds[title] = round(time.monotonic() - start, 2)
            print(f"{self._number:2}. {title:{_WIDTH}} {seconds:6.1f} s  {end}".rstrip(), flush=True)
            for note in notes:
                print(f"    {note}", flush=True)
            notes.clear()


def print_failure(text: str) -> None:
    """The last words of a build that failed: bold and red where somebody looks at a terminal."""
    bold, plain = (_BOLD, _PLAIN) if sys.stderr.isatty() else ("", "")
    print(f"{bold}{text}{plain}", file=sys.stderr, flush=True)
