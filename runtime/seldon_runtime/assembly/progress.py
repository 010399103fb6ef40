"""The lines that a build prints: a step's title when it begins, and its number and seconds when it has ended.

A step's notes stand below its last line. While it works, a line is printed now and then: services for CI stop a build
that is silent for long.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ParamSpec, TextIO, TypeVar

Note = Callable[[str], None]  # takes a sentence that the user should read below the step's line
Warn = Callable[[str], None]  # takes what is wrong with an image that is built all the same
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

ALWAYS = True  # in place of a step's condition

_WIDTH = 64  # columns of a title, so that the seconds stand below each other
_LONGEST_WAIT = 1.0  # seconds for the reader of a pipe
_RED, _YELLOW, _PLAIN = "\033[1;31m", "\033[1;33m", "\033[0m"


class Progress:
    """Runs steps and prints a line for each. seconds: title -> duration, of each step that has ended.

    warnings: what is wrong with the image, although it is built.
    """

    def __init__(self, quiet_seconds: float = 30) -> None:
        """quiet_seconds: the longest time without a line."""
        self._quiet_seconds = quiet_seconds
        self.seconds: dict[str, float] = {}
        self.warnings: list[str] = []
        self.title = ""  # of the present step
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

    def warn(self, text: str) -> None:
        """Print a text when all steps have ended, once. The record has it, too."""
        if text not in self.warnings:
            self.warnings.append(text)

    @contextmanager
    def line(self, title: str) -> Iterator[None]:
        """Print the title, and when the code inside has ended or failed, the line and the notes below it."""
        self._number += 1
        self.title = title
        start, end = time.monotonic(), "failed"
        print(f"    {title} …", flush=True)
        try:
            with self._signs_of_life(title):
                yield
            end = ""
        finally:
            seconds = self.seconds[title] = round(time.monotonic() - start, 2)
            print(f"{self._number:2}. {title:{_WIDTH}} {seconds:6.1f} s  {end}".rstrip(), flush=True)
            for note in self._notes:
                print(f"    {note}", flush=True)
            self._notes.clear()

    @contextmanager
    def _signs_of_life(self, title: str) -> Iterator[None]:
        """Print a line now and then while the code inside runs."""
        ended = threading.Event()
        printing = threading.Thread(target=self._print_until, args=(title, ended), daemon=True)
        printing.start()
        try:
            yield
        finally:
            ended.set()
            printing.join()

    def _print_until(self, title: str, ended: threading.Event) -> None:
        start = time.monotonic()
        with contextlib.suppress(OSError):  # nobody reads any more
            while not ended.wait(self._quiet_seconds):
                print(f"    {title}: at work for {time.monotonic() - start:.0f} s", flush=True)


def print_failure(text: str) -> None:
    """Print why a build failed, as its last output: bold and red on a terminal."""
    _print_last(text, _RED)


def print_warnings(texts: Sequence[str]) -> None:
    """Print what is wrong with an image that was built, as the last output: bold and yellow on a terminal."""
    for text in texts:
        _print_last(f"WARNING: {text}", _YELLOW)


def _print_last(text: str, colour: str) -> None:
    _wait_until_read(sys.stdout)
    begin, end = (colour, _PLAIN) if sys.stderr.isatty() else ("", "")
    print(f"{begin}{text}{end}", file=sys.stderr, flush=True)


def _wait_until_read(stream: TextIO) -> None:
    """Wait until the reader of a pipe has taken all, so that a log of two streams has the failure below the steps."""
    with contextlib.suppress(OSError, ValueError):  # no file of the system
        stream.flush()
        end = time.monotonic() + _LONGEST_WAIT
        while _unread_bytes(stream.fileno()) and time.monotonic() < end:
            time.sleep(0.01)


def _unread_bytes(file: int) -> int:
    if not stat.S_ISFIFO(os.fstat(file).st_mode):
        return 0
    (unread,) = struct.unpack("i", fcntl.ioctl(file, termios.FIONREAD, bytes(4)))
    return int(unread)
