"""Lines for a reader who may stop reading: a thread writes them, and a limited number of them waits."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable

_MOST = 1000  # lines that wait to be written; later ones are lost
FLUSH_TIMEOUT = 1.0  # seconds, at the end of the process


class LineWriter:
    """Writes to a file descriptor, past the lock of Python's stream: a blocked write would hold that lock."""

    def __init__(self, descriptor: int, describe_lost: Callable[[int], str]) -> None:
        """describe_lost: how many lines were lost -> a line that says so."""
        self._descriptor = descriptor
        self._describe_lost = describe_lost
        self._lines: queue.Queue[str | Callable[[], None]] = queue.Queue(_MOST)
        self._lost = 0
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def put(self, line: str, seconds: float = 0.0) -> bool:
        """Add a line without its end. False if it is lost, because there was no room for it within `seconds`."""
        try:
            self._lines.put(line, seconds > 0, seconds)
        except queue.Full:
            self.lose()
            return False
        return True

    def lose(self) -> None:
        """Count a line that could not be written."""
        self._lost += 1

    def flush(self) -> None:
        """Wait until all is written, but no longer than FLUSH_TIMEOUT."""
        done = self._lines.all_tasks_done
        with done:
            done.wait_for(lambda: not self._lines.unfinished_tasks, FLUSH_TIMEOUT)

    def finish(self, task: Callable[[], None]) -> None:
        """Once all is written, call a task that may block. Wait for both, but no longer than FLUSH_TIMEOUT for each.

        The task has the thread that writes: Python 3.12 starts no thread while it ends.
        """
        self.flush()
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(task)
        self.flush()

    def _write(self) -> None:
        while True:
            item = self._lines.get()
            if isinstance(item, str):
                self._write_line(item)
            else:
                item()
            self._lines.task_done()

    def _write_line(self, text: str) -> None:
        if self._lost:
            lost, self._lost = self._lost, 0
            text += f"\n{self._describe_lost(lost)}"
        with contextlib.suppress(OSError):  # the reader has gone
            _write_all(self._descriptor, f"{text}\n".encode("utf-8", "backslashreplace"))


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
