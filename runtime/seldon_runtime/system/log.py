"""The server's log. A thread of its own writes it, so that a reader who stops reading holds up nobody else."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading

from seldon_component.log_text import flush_streams

from .log_format import LogFormatter

_MOST = 1000  # entries that wait to be written; later ones are lost
_FLUSH_TIMEOUT = 1.0  # seconds, at the end of the process
_OURS = __name__.partition(".")[0]


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


_handlers: list[LogHandler] = []  # that of the server


def set_up(level: str) -> None:
    """Have all loggers of this process write to standard error.

    The server's own do so through a handler and a descriptor of their own. So an inline class may configure the root
    logger, and close the stream.
    """
    handler, ours = LogHandler(os.dup(sys.stderr.fileno())), logging.getLogger(_OURS)
    _handlers.append(handler)
    logging.basicConfig(level=level, handlers=[handler])
    ours.addHandler(handler)
    ours.setLevel(level)
    ours.propagate = False


def enable() -> None:
    """Enable the server's own loggers again, if an inline class has called `logging.config`, which disables them."""
    for name, logger in [*logging.root.manager.loggerDict.items()]:
        if name.partition(".")[0] == _OURS and isinstance(logger, logging.Logger):
            logger.disabled = False


def flush() -> None:
    """Write what is left in the log and in the streams. Returns after a second or two, even if nobody reads."""
    for handler in _handlers:
        handler.flush()
    thread = threading.Thread(target=flush_streams, daemon=True)
    thread.start()
    thread.join(_FLUSH_TIMEOUT)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
