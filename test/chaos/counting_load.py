"""Clients that count while the faults of the campaign happen."""

from __future__ import annotations

import threading

import requests
from support.replicas import Replica

CLIENTS = 3
CONNECTION_ERRORS = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class Load:
    """Clients that send requests to count, and one that saves, until they are stopped."""

    def __init__(self, replica: Replica, counts_before: list[int]) -> None:
        self._replica = replica
        self._stopping = threading.Event()
        self.counts_acknowledgements = True
        self._sent, self.confirmed = list(counts_before), list(counts_before)
        self.acknowledged = list(counts_before)  # the least counts that the last acknowledged save contains
        self.generation = 0  # of the last acknowledged save
        self.saves = 0
        self._threads = [threading.Thread(target=self._count, args=(client,)) for client in range(CLIENTS)]
        self._threads.append(threading.Thread(target=self._save))
        for thread in self._threads:
            thread.start()

    def stop(self) -> list[int]:
        """How many requests each client has sent, including those without a response."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        return self._sent

    def _count(self, client: int) -> None:
        while not self._stopping.is_set():
            self._sent[client] += 1
            try:
                response = self._replica.route({"data": {"ndarray": [[client]]}})
            except CONNECTION_ERRORS:
                return
            if response.status_code == 200:
                self.confirmed[client] += 1

    def _save(self) -> None:
        while not self._stopping.is_set():
            confirmed = list(self.confirmed)
            try:
                response = self._replica.save()
            except CONNECTION_ERRORS:
                return
            if response.status_code == 200 and self.counts_acknowledgements:
                self.saves += 1
                self.acknowledged, self.generation = confirmed, int(response.json()["generation"])
