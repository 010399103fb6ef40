"""Clients that send valid requests, over REST and gRPC, until they are stopped."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from random import Random

import grpc
from chaos.clients import GrpcClient, HttpClient
from chaos.json_inputs import HttpInput, dump
from chaos.messages import identity_of, message
from chaos.proto_inputs import ProtoInput, to_bytes
from chaos.report import Outcome, in_threads

_CLIENTS: tuple[str, ...] = ("kept", "kept", "new", "new", "grpc", "grpc", "grpc")


class Load:
    """outcomes: one for each request, once `stop` has returned."""

    def __init__(self, ports: tuple[int, int], seed: str, part: int, seconds: float = 0.002) -> None:
        """ports: of REST and of gRPC. part: see `identity_of`. seconds: that the class computes."""
        self.outcomes: list[Outcome] = []
        self._ports, self._seed, self._part, self._seconds = ports, seed, part, seconds
        self._numbers = itertools.count(500_000)  # the inputs of a round have those below
        self._stopping = threading.Event()
        self._wait = in_threads([self._client(kind) for kind in _CLIENTS])

    def stop(self) -> list[Outcome]:
        """End the clients; all outcomes."""
        self._stopping.set()
        self._wait()
        return self.outcomes

    def _client(self, kind: str) -> Callable[[], None]:
        return self._over_grpc if kind == "grpc" else lambda: self._over_rest(kind == "kept")

    def _over_rest(self, keeps: bool) -> None:
        client = HttpClient(self._ports[0], keeps)
        while not self._stopping.is_set():
            self.outcomes.append(client.send(http_request(*self._next(), self._seconds)))
            if not keeps or self.outcomes[-1].status == 0:
                client.close()
            if self.outcomes[-1].status == 0:
                self._stopping.wait(0.01)
        client.close()

    def _over_grpc(self) -> None:
        try:
            client = GrpcClient(self._ports[1])
        except grpc.FutureTimeoutError:
            return
        while not self._stopping.is_set():
            self.outcomes.append(client.send(grpc_request(*self._next(), self._seconds)))
            if self.outcomes[-1].status in (0, 503):
                self._stopping.wait(0.01)
        client.close()

    def _next(self) -> tuple[Random, str]:
        number = next(self._numbers)
        return Random(f"{self._seed}/{number}"), identity_of(self._part, number)


def http_request(random: Random, identity: str, seconds: float = 0) -> HttpInput:
    """A valid one."""
    body = dump(message(random, identity, seconds=seconds)).encode()
    return HttpInput(identity, "/predict", {"Content-Type": "application/json"}, body, True)


def grpc_request(random: Random, identity: str, seconds: float = 0) -> ProtoInput:
    """A valid one."""
    return ProtoInput(identity, "Predict", to_bytes("Predict", message(random, identity, seconds=seconds)), True)
