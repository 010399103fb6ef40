"""The end of the server: SIGTERM, SIGINT or a failure inside it."""

from __future__ import annotations

import os
import signal

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_FAILURE, _NOTICE = 0, 255  # no signal has these numbers


class ShutdownSignal:
    """Waits in the main thread for the end, even if another thread gets the signal.

    Python runs a signal's handler only when the main thread wakes up. A signal does not wake the main thread if
    another thread gets it, or if it comes just before the main thread falls asleep. Therefore the interpreter's own
    handler writes the signal's number into our pipe at once, and the pipe wakes the main thread.
    """

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        self._has_ended = False

    def catch_signals(self) -> None:
        """From now on, let a signal end the wait, not the process. Call this in the main thread."""
        signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)

    def fail(self) -> None:
        """End the wait from any thread."""
        os.write(self._write_end, bytes([_FAILURE]))

    def notify(self) -> None:
        """End `wait_for_notice` from any thread."""
        os.write(self._write_end, bytes([_NOTICE]))

    def wait(self) -> None:
        """Return at the first signal or failure; at once, if there was one already."""
        while self.wait_for_notice():
            pass

    def wait_for_notice(self) -> bool:
        """True at the next `notify`; False at the first signal or failure, and after it."""
        while not self._has_ended:
            number = os.read(self._read_end, 1)[0]
            if number == _NOTICE:
                return True
            self._has_ended = number in (*_SIGNALS, _FAILURE)  # or another signal, which the user's code handles
        return False
