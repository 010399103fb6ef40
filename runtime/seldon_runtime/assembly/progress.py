"""The lines that a build prints: one a step, numbered, with its seconds, and the step's notes below it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

Note = Callable[[str], None]  # takes a sentence that the user should read below the step's line
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

ALWAYS = True  # in place of a step's condition

_WIDTH = 64  # columns of a title, so that the seconds stand below each other
_BOLD, _PLAIN = "\033[1;31m", "\033[0m"


class Progress:
    """Runs steps and prints a line for each. seconds: title -> duration, of each step that has ended."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._number = 0
        self._notes: list[str] = []

    def step(
        self,
        title: str,
        is_needed: bool,
        run: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Result | None:
        """The result of `run`. A step that is not needed does not run, prints no line, and gives None."""
        if not is_needed:
            return None
        with self.line(title):
            return run(*arguments, **options)

    def note(self, sentence: str) -> None:
        """Print a sentence below the line of the present step."""
        self._notes.append(sentence)

    @contextmanager
    def line(self, title: str) -> Iterator[None]:
        """Print the line, and the notes below it, when the code inside has ended or failed."""
        self._number += 1
        start, end = time.monotonic(), "failed"
        try:
            yield
            end = ""
        finally:
            seconds = self.seconds[title] = round(time.monotonic() - start, 2)
            print(f"{self._number:2}. {title:{_WIDTH}} {seconds:6.1f} s  {end}".rstrip(), flush=True)
            for note in self._notes:
                print(f"    {note}", flush=True)
            self._notes.clear()


def print_failure(text: str) -> None:
    """Print why a build failed, as its last output: bold and red on a terminal."""
    bold, plain = (_BOLD, _PLAIN) if sys.stderr.isatty() else ("", "")
    print(f"{bold}{text}{plain}", file=sys.stderr, flush=True)
