"""Ends connections whose clients send nothing, or send or read too slowly.

All connections are looked at once a second. So a request needs no timer of its own, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from .limits import HttpLimits

IDLE, HEAD, BODY, SERVING, WRITING = "idle", "head", "body", "serving", "writing"
LEAST_RATE = 1000  # bytes a second


class Progress(NamedTuple):
    """What a connection is at.

    number: of the request. size: bytes of the body so far, or of the response that are still to be sent.
    """

    phase: str
    number: int
    size: int = 0


class Client(Protocol):
    """The client's connection. watched: the progress seen before, and the time of that."""

    watched: tuple[Progress, float] | None

    def progress(self) -> Progress:
        """What the connection is at now."""

    def finish(self) -> None:
        """Close it, if it has no request."""

    def time_out(self, limit: str) -> None:
        """Tell the client that it was too slow, and close."""

    def abort(self) -> None:
        """Close it at once."""


class ClientTimeouts:
    """Knows how long a client may take for what."""

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits

    def check(self, clients: Iterable[Client], now: float) -> None:
        """End those that are too slow. now: a time of the same clock in each call, in seconds."""
        for client in tuple(clients):
            progress = client.progress()
            if progress.phase == SERVING:
                client.watched = None
                continue
            if client.watched is None or client.watched[0][:2] != progress[:2]:
                client.watched = (progress, now)
                continue
            self._check(client, progress, client.watched[0], now - client.watched[1], now)

    def _check(self, client: Client, progress: Progress, before: Progress, seconds: float, now: float) -> None:
        """seconds: since `before`, with the same request in the same phase."""
        limit = self._limits.client_timeout
        if progress.phase == IDLE:
            if seconds > self._limits.keep_alive:
                client.finish()
        elif seconds <= limit:
            return
        elif progress.phase == HEAD:
            client.time_out(f"the head of the request took longer than the {limit:g} s of CLIENT_TIMEOUT_SECONDS")
        elif abs(progress.size - before.size) >= LEAST_RATE * seconds:
            client.watched = (progress, now)
        elif progress.phase == BODY:
            client.time_out(
                f"the body came with less than {LEAST_RATE} bytes a second for {limit:g} s; "
                "CLIENT_TIMEOUT_SECONDS is this time"
            )
        else:
            client.abort()
