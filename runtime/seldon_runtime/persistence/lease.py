"""The right to write, which one replica holds at a time: that one is the leader, the others are followers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import uuid

from ..errors import StateUnreachable
from .store import Store

# parts of PERSISTENCE_LEASE_SECONDS: how long a lease lasts, and how often every replica acquires or renews it
_DURATION, _INTERVAL = 2 / 3, 1 / 6


class Lease:
    """Acquires the lease when it is free and renews it, in a thread of its own, so that a long save does not lose it.

    A lease expires by itself, because a leader that dies cannot release it. With PERSISTENCE_LEASE_SECONDS=15 a lease
    lasts 10 s and each replica acquires or renews it every 2.5 s. A crash of the leader A:

        time    A                              B                                    store
        0.0     acquire: True                                                       held by A until 10.0
        1.0                                    acquire: False, so it is a follower
        2.5     renew: True                                                         held by A until 12.5
        3.0     dies
        3.5 …                                  acquire: False, every 2.5 s
        12.5                                                                        the lease expires
        13.5                                   acquire: True, so it is the leader   held by B until 23.5

    So B leads at most 10 + 2.5 seconds after A died, which is less than the 15 that are promised.

    A lease alone does not protect the stored state. A leader that hangs longer than its lease lasts still writes:

        time    A                              B                                    store
        0.0     acquire: True                                                       held by A until 10.0
        1.0     begins to save, then hangs
        10.0                                                                        the lease expires
        11.0                                   acquire: True                        held by B until 21.0
        12.0                                   loads A's last state, writes         generation 8, by B
        14.0    goes on, writes: LeaseLost                                          generation 8, by B

    Therefore each write names its owner, and the version that it replaces (see Store.write). The store checks both
    and writes in one step, so nothing can happen between the check and the write.
    """

    def __init__(self, store: Store, seconds: float, writer: bytes) -> None:
        """seconds: after the leader dies, another replica leads within this time."""
        self.owner = f"{socket.gethostname()}:{uuid.UUID(bytes=writer).hex}"
        self.interval = seconds * _INTERVAL
        self._duration = seconds * _DURATION
        self._store = store
        self._expires_at = 0.0  # on this process's monotonic clock, never later than in the store
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_acquiring, name="lease", daemon=True)

    @property
    def held(self) -> bool:
        return time.monotonic() < self._expires_at

    def start(self) -> None:
        self._thread.start()

    def acquire(self) -> bool:
        """Acquire or renew it; whether it is held now. Raises StateUnreachable."""
        with self._lock:
            sent_at = time.monotonic()
            if self._stopping.is_set():
                return False
            acquired = self._store.acquire(self.owner, self._duration)
            self._expires_at = sent_at + self._duration if acquired else 0.0
            return self.held

    def release(self) -> None:
        """Release it, and never acquire it again."""
        self._stopping.set()
        with self._lock, contextlib.suppress(StateUnreachable):  # then it expires by itself
            self._store.release(self.owner)
        self._expires_at = 0.0

    def _keep_acquiring(self) -> None:
        while not self._stopping.wait(self.interval):
            with contextlib.suppress(StateUnreachable):  # the state saver notices it too, and logs it
                self.acquire()
