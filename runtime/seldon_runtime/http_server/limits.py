"""What the HTTP server allows its clients."""

from __future__ import annotations

from typing import NamedTuple


class HttpLimits(NamedTuple):
    """body_bytes: of a request. all_body_bytes: of all requests that are in hand and whose bodies come in pieces.

    connections: at a time. The times are in seconds.

    keep_alive: without a request.
    client_timeout: for the head of a request, and without progress in a body or a response.
    """

    body_bytes: int
    all_body_bytes: int = 2**40
    connections: int = 10_000
    keep_alive: float = 90.0
    client_timeout: float = 30.0
