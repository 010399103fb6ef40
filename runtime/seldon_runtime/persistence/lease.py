"""The right to write, which one replica has at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import uuid

from ..errors import StateUnreachable
from .store import Store

# of the promised time: how long a lease lasts in the store, and how often everybody asks for it
_LASTS, _ASKED = 2 / 3, 1 / 6


class Lease:
    """Takes the lease as soon as nobody has it, and renews it in a thread of its own, however long a save takes."""

    def __init__(self, store: Store, seconds: float, writer: bytes) -> None:
        """seconds: within which the next replica has to take over from a holder that died."""
        self.owner = f"{socket.gethostname()}:{uuid.UUID(bytes=writer).hex}"
        self.turn = seconds * _ASKED
        self._seconds = seconds * _LASTS
        self._store = store
        self._until = 0.0
        self._asking = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    @property
    def held(self) -> bool:
        return time.monotonic() < self._until

    def start(self) -> None:
        self._thread.start()

    def take(self) -> bool:
        """Ask for it, or for more time. Raises StateUnreachable."""
        with self._asking:
            asked = time.monotonic()
            if self._stopping.is_set():
                return False
            self._until = asked + self._seconds if self._store.hold(self.owner, self._seconds) else 0.0
            return self.held

    def give_back(self) -> None:
        """For good."""
        self._stopping.set()
        with self._asking, contextlib.suppress(StateUnreachable):  # it expires by itself
            self._store.release(self.owner)
        self._until = 0.0

    def _renew(self) -> None:
        while not self._stopping.wait(self.turn):
            with contextlib.suppress(StateUnreachable):  # the keeper finds out, and says so
                self.take()
