"""What the class prints, as entries of the log: for LOG_FORMAT=json and logfmt. With text it is passed on as it is.

Standard output and standard error become pipes, which a process of its own reads. So also what libraries in C print
becomes an entry, and the one who prints never waits for the server. That would be a deadlock if inline code in C
printed more than fits into a pipe while it holds the GIL. A third pipe is for lines that are entries already: those of
the server and of the class's `logging`. So one process writes all lines, and none is in the middle of another one.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import NoReturn

from seldon_component import log_text

from .line_writer import FLUSH_TIMEOUT, LineWriter
from .log_format import lost_entry, plain_entry

LONGEST = 16384  # bytes of a line that are kept
_PIECE = 65536  # bytes that are read at a time
_PARTIAL_SECONDS = 1.0  # after which a line without its end is shown


def wrap_prints(form: str) -> int:
    """From now on, a process of its own reads what this process and its children print. Before any thread is started.

    Returns the descriptor for lines that are entries already.
    """
    pipes = [os.pipe() for _ in range(3)]
    has_ended, end = os.pipe()
    if os.fork() == 0:
        _run(form, [read_end for read_end, _ in pipes], [*(write_end for _, write_end in pipes), has_ended])
    for read_end, _ in pipes:
        os.close(read_end)
    for number, (_, write_end) in zip((1, 2), pipes, strict=False):
        os.dup2(write_end, number)
        os.close(write_end)
    os.close(end)
    entries = pipes[2][1]
    _closing.append(partial(_close, os.getpid(), entries, has_ended))
    atexit.register(close_prints)
    return entries


_closing: list[Callable[[], None]] = []  # of this process, if its prints are wrapped


def close_prints() -> None:
    """Wait until all that was printed is in the log, for a second at most."""
    while _closing:
        _closing.pop()()


def _close(owner: int, entries: int, has_ended: int) -> None:
    if os.getpid() != owner:  # a copy of the process, which the class has forked
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2, entries, log_text.kept_descriptor()):
        if descriptor is not None:
            os.dup2(nothing, descriptor, inheritable=False)
    os.close(nothing)
    select.select([has_ended], [], [], FLUSH_TIMEOUT)


def _run(form: str, read_ends: list[int], others: list[int]) -> NoReturn:
    """The life of the process: until nobody can print any longer."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # for a whole group of processes
            signal.signal(number, signal.SIG_IGN)
        for descriptor in others:
            os.close(descriptor)
        writers = [LineWriter(number, partial(lost_entry, form)) for number in (1, 2)]
        output, error = map(Outlet, writers)
        emit: tuple[Callable[[str], None], ...]
        emit = (partial(_log, form, "stdout", output), partial(_log, form, "stderr", error), error.put)
        read_lines({read_end: LineBuffer(each) for read_end, each in zip(read_ends, emit, strict=True)})
        for writer in writers:
            writer.flush()
    finally:
        os._exit(0)


def _log(form: str, name: str, outlet: Outlet, text: str) -> None:
    outlet.put(plain_entry(form, name, text))


class Outlet:
    """A LineWriter that holds up its callers for a second at most, in which a reader may catch up."""

    _is_stuck = False

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def put(self, line: str) -> None:
        self._is_stuck = not self._writer.put(line, 0.0 if self._is_stuck else FLUSH_TIMEOUT)


class LineBuffer:
    """Bytes -> lines of text. Of a line that is longer than LONGEST, the rest is left out."""

    def __init__(self, emit: Callable[[str], None]) -> None:
        """emit: called with each line that is not empty."""
        self._emit = emit
        self._line = bytearray()
        self._left_out = 0
        self.since = 0.0  # the time of the monotonic clock at which the line has begun; 0.0: none has

    def feed(self, data: bytes) -> None:
        """Add bytes, which may end in the middle of a line."""
        *ended, begun = data.split(b"\n")
        for piece in ended:
            self._add(piece)
            self.end_line()
        if begun:
            self._add(begun)
            self.since = self.since or time.monotonic()

    def end_line(self) -> None:
        """Emit what there is of a line. Of one that overwrites itself, such as a progress bar, the last form."""
        text = self._line.rstrip(b"\r").rpartition(b"\r")[2].decode("utf-8", "backslashreplace")
        if self._left_out:
            text += f" ... ({self._left_out} bytes are left out here)"
        self._line.clear()
        self._left_out, self.since = 0, 0.0
        if text:
            self._emit(text)

    def _add(self, piece: bytes) -> None:
        room = LONGEST - len(self._line)
        self._line += piece[:room]
        self._left_out += max(len(piece) - room, 0)


def read_lines(buffers: Mapping[int, LineBuffer]) -> None:
    """Read from descriptors until each has ended."""
    poll, open_ends = select.poll(), dict(buffers)
    for descriptor in open_ends:
        poll.register(descriptor, select.POLLIN)
    while open_ends:
        has_partial = any(buffer.since for buffer in open_ends.values())
        for descriptor, _ in poll.poll(_PARTIAL_SECONDS * 1000 if has_partial else None):
            data = b""
            with contextlib.suppress(OSError):
                data = os.read(descriptor, _PIECE)
            if data:
                open_ends[descriptor].feed(data)
            else:
                poll.unregister(descriptor)
                open_ends.pop(descriptor).end_line()
        _end_old_lines(open_ends)


def _end_old_lines(buffers: Mapping[int, LineBuffer]) -> None:
    now = time.monotonic()
    for buffer in buffers.values():
        if buffer.since and now - buffer.since > _PARTIAL_SECONDS:
            buffer.end_line()
