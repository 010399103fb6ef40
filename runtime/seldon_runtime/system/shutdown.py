"""What ends the server: SIGTERM, SIGINT, or a failure inside."""

from __future__ import annotations

import os
import signal

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_FAILURE = 0  # of no signal's number


class ShutdownSignal:
    """Waits for the end in the main thread, whichever thread the word of it comes to.

    A handler in Python runs only when the main thread wakes up, which it does not for a signal that another thread
    gets, or that comes just before it falls asleep. The interpreter's own handler writes the signal's number into
    our pipe at once, and the pipe wakes it.
    """

    def __init__(self) -> None:
        self._from, self._to = os.pipe()
        os.set_blocking(self._to, False)

    def catch_signals(self) -> None:
        """From now on a signal ends the wait, and no longer the process. In the main thread."""
        signal.set_wakeup_fd(self._to, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)

    def fail(self) -> None:
        """End the wait from any thread."""
        os.write(self._to, bytes([_FAILURE]))

    def wait(self) -> None:
        """Return at the first of the signals, or at a failure; at once if there was one."""
        while os.read(self._from, 1)[0] not in (*_SIGNALS, _FAILURE):
            pass  # a signal of the user's own
