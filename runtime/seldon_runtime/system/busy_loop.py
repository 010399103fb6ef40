"""While the event loop reads hundreds of sockets, other threads leave the interpreter's lock to it.

The loop asks for the lock before each socket. If other threads work, it waits up to `sys.getswitchinterval()`, each
time. These waits add up, and the socket of a probe may be the last one.
"""

from __future__ import annotations

import sys
import threading
import time

_MANY = 32  # sockets, or new clients, in one turn
_LONG = 0.003  # seconds that the sockets beyond those take
_LONGEST_PAUSE = 0.1  # seconds, so that requests are answered while the loop stays busy
_SHORT_INTERVAL = 0.0005  # seconds that the loop waits for a thread in the middle of a request


class BusyLoop:
    """`give_way` belongs to the threads that work on requests, the other methods to the thread of the loop."""

    def __init__(self) -> None:
        self._reads = 0  # in this turn
        self._many_at = 0.0  # the time at which they were many
        self._is_busy = self._expects_reads = False
        self._calm = threading.Event()
        self._usual_interval = sys.getswitchinterval()

    def note_read(self) -> None:
        """The loop has read a socket."""
        self._reads += 1
        if self._reads == _MANY:
            self._many_at = time.monotonic()
        elif self._reads > _MANY and not self._is_busy and time.monotonic() - self._many_at > _LONG:
            self._begin()

    def note_clients(self, count: int) -> bool:
        """The loop has accepted so many clients in one turn. Returns whether it is busy, until `end`."""
        if count >= _MANY:
            self._begin()
            self._expects_reads = True
        return self._expects_reads

    def note_turn(self) -> None:
        """The loop has read every socket that had something, and begins a new turn."""
        self._reads = 0
        if self._expects_reads:
            self._expects_reads = False
        elif self._is_busy:
            self.end()

    def end(self) -> None:
        """The loop is not busy any longer."""
        self._is_busy = self._expects_reads = False
        self._calm.set()
        sys.setswitchinterval(self._usual_interval)

    def give_way(self) -> None:
        """Wait while the loop is busy. A thread calls this before each request that it works on."""
        if self._is_busy:
            self._calm.wait(_LONGEST_PAUSE)

    def _begin(self) -> None:
        self._calm.clear()
        self._is_busy = True
        sys.setswitchinterval(_SHORT_INTERVAL)  # always, it would cost a tenth of the rate


busy_loop = BusyLoop()
