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


def serve_inline(supervisor: Supervisor, run: Callable[[], int], end: Callable[[int], None]) -> int:
    """Serve; the exit code of `run`, which runs in a thread of its own. Call this in the main thread.

    end: ends the process at once. It is called if the class does not return from a call, or if its exit handlers or
    threads hold up the end of the process.
    """
    codes: list[int] = []
    is_known, is_back = threading.Event(), threading.Event()

    def live() -> None:
        try:
            codes.append(run())
        except BaseException:
            log.exception("the server has failed")
            codes.append(1)
        is_known.set()
        supervisor.class_thread.put(None)  # if the model has never been started
        left = supervisor.seconds_left
        if is_back.wait(min(max(left, _IDLE), _SHORTEST)):
            time.sleep(min(max(left, _SHORTEST), _LONGEST))
        end(codes[0])

    threading.Thread(target=live, name="server", daemon=True).start()
    supervisor.class_thread.run()
    is_back.set()
    is_known.wait()
    return codes[0]
