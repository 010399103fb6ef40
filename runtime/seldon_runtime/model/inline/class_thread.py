"""The thread in which a class in the server's process is constructed, loaded and called."""

from __future__ import annotations

import contextlib
import queue
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from seldon_component import compat

from ...system.busy_loop import busy_loop

Job = Callable[[], object]


class ClassThread:
    """Does jobs in their order. It is a thread of its own after `start`, or the one that calls `run`.

    A server calls `run` in its main thread, because Python sets and calls the handlers of signals only there.
    takes_signals: whether the code of the class runs. An exception of a signal handler is then the class's own.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._is_over = False
        self.takes_signals = False
        self._waiting: set[int] = set()  # the numbers of signals that `call_handler` has put off
        self._thread: threading.Thread | None = None
        self.put = self._jobs.put  # adds a job; None: the last one

    def start(self) -> None:
        """Do the jobs in a daemon thread."""
        threading.Thread(target=self.run, name="model", daemon=True).start()

    def run(self) -> None:
        """Do the jobs, until there is a None."""
        self._thread = threading.current_thread()
        while not self._is_over:
            with contextlib.suppress(BaseException):  # a second signal may come while the first exception is logged
                self._do_jobs()

    def is_this(self) -> bool:
        """Whether the caller runs in this thread."""
        return threading.current_thread() is self._thread

    def wake(self) -> None:
        """Have Python call the handler of a signal that another thread has got."""
        self.put(_nothing)

    def call_handler(self, handler: Callable[[int, Any], object], number: int, frame: Any) -> None:
        """Call a signal handler of the class: between two jobs, unless the code of the class runs.

        Of several signals with the same number that wait, one counts, as usual.
        """
        if self.takes_signals:
            handler(number, frame)
        elif number not in self._waiting:
            self._waiting.add(number)
            self.put(partial(self._call_waiting, handler, number, frame))

    def _call_waiting(self, handler: Callable[[int, Any], object], number: int, frame: Any) -> None:
        self._waiting.discard(number)
        handler(number, frame)

    def _do_jobs(self) -> None:
        """An exception of a signal handler of the class belongs to no request, so it is only logged."""
        try:
            while (job := self._jobs.get()) is not None:
                busy_loop.give_way()
                job()
                del job  # it may refer to a large message, and the next job may be far away
            self._is_over = self.takes_signals = True  # the exit handlers of the class may need its signals
        except BaseException:
            compat.log("a signal handler raised between two requests:", traceback.format_exc().rstrip())


def _nothing() -> None:
    """A job without work."""
