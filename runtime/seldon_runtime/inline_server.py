"""A server whose class is inline: the class has the main thread, because only there can it handle signals."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from .supervisor import Supervisor

log = logging.getLogger(__name__)

_SHORTEST, _LONGEST = 1.0, 5.0  # seconds for the class's own clean-up at the end; as for a process of its own
_IDLE = 0.1  # seconds in which an idle thread comes back


class InlineServer:
    """`serve` is for the main thread. The rest of the server goes on in a thread of its own."""

    def __init__(self, supervisor: Supervisor, run: Callable[[], int], end: Callable[[int], None]) -> None:
        """run: returns the exit code once the server has ended.

        end: ends the process at once. It is called if the class does not return from a call, or if its exit handlers or
        threads hold up the end of the process.
        """
        self._supervisor, self._run, self._end = supervisor, run, end
        self._exit_code = 1  # if our own code fails
        self._has_ended, self._is_back = threading.Event(), threading.Event()

    def serve(self) -> int:
        """Call the class, until the server has ended; the exit code."""
        threading.Thread(target=self._live, name="server", daemon=True).start()
        self._supervisor.class_thread.run()
        self._is_back.set()
        self._has_ended.wait()
        return self._exit_code

    def _live(self) -> None:
        try:
            self._exit_code = self._run()
        except BaseException:
            log.exception("the server has failed")
        self._has_ended.set()
        self._supervisor.class_thread.put(None)  # if the model has never been started
        left = self._supervisor.seconds_left
        if self._is_back.wait(min(max(left, _IDLE), _SHORTEST)):
            time.sleep(min(max(left, _SHORTEST), _LONGEST))
        self._end(self._exit_code)
