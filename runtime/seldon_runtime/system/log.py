"""The server's log. A thread of its own writes it, so that a reader who stops reading holds up nobody else."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading

from .log_format import LogFormatter

_MOST = 1000  # entries that wait to be written; later ones are lost
_FLUSH_TIMEOUT = 1.0  # seconds, at the end of the process


class LogHandler(logging.Handler):
    """Writes to a file descriptor, past the lock of Python's stream: a blocked write would hold that lock."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.setFormatter(LogFormatter())
        self._descriptor = descriptor
        self._entries: queue.Queue[str] = queue.Queue(_MOST)
        self._lost = 0
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Never blocks, never raises."""
        try:
            self._entries.put_nowait(self.format(record))
        except Exception:  # the queue is full, or the arguments do not fit the message
            self._lost += 1

    def flush(self) -> None:
        """Wait until all is written, but no longer than a second."""
        done = self._entries.all_tasks_done
        with done:
            done.wait_for(lambda: not self._entries.unfinished_tasks, _FLUSH_TIMEOUT)

    def _write(self) -> None:
        while True:
            text = self._entries.get()
            if self._lost:
                lost, self._lost = self._lost, 0
                text += f"\n{lost} entries of the log were lost, because nobody read it"
            with contextlib.suppress(OSError):  # the reader has gone
                _write_all(self._descriptor, f"{text}\n".encode("utf-8", "backslashreplace"))
            self._entries.task_done()


def set_up(level: str) -> None:
    """Have all loggers of this process write to standard error."""
    logging.basicConfig(level=level, handlers=[LogHandler(sys.stderr.fileno())])


def flush() -> None:
    """Write what is left in the log and in the streams. Returns after a second or two, even if nobody reads."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LogHandler):
            handler.flush()
    thread = threading.Thread(target=_flush_streams, daemon=True)
    thread.start()
    thread.join(_FLUSH_TIMEOUT)


def _flush_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
