"""Clients that send one request after the other, until they are stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable

from support.waiting import eventually

PAUSE = 0.01  # seconds between two requests of a client, so that the servers have some time of the CPUs


class Load:
    """seen: what the last 100 responses told, for example the name of the replica that one is from."""

    def __init__(self, send: Callable[[], str], clients: int) -> None:
        """send: returns what the response tells; it raises if the request fails."""
        self.failures: list[Exception] = []
        self.responses = 0
        self.seen: list[str] = []
        self._send, self._stopping = send, threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    @property
    def sent(self) -> int:
        """Requests that have ended, well or not."""
        return self.responses + len(self.failures)

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, name: str) -> None:
        eventually(lambda: name in self.seen, f"{name} responded")

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE):
            try:
                self.seen = [*self.seen[-99:], self._send()]
                self.responses += 1
            except Exception as error:
                self.failures.append(error)
