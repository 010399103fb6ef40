"""Lets the clients of grpcio's server leave before it stops, so that no call is lost.

A server of grpcio that stops sends GOAWAY, and cancels every call that arrives after that. A client that has not read
the GOAWAY yet loses such a call. So each client gets a GOAWAY from here first, while calls are still served: it begins
no more calls on this connection, and closes it after its last response (RFC 9113, section 6.8).
grpcio has no interface for this.
"""

from __future__ import annotations

import time

from ..system.connections import TcpConnection, close_listeners, connections

# a frame of 8 bytes, type 7, no flags, stream 0; last stream: 2**31 - 1, so that no call is refused; no error
GOAWAY = bytes.fromhex("000008 07 00 00000000 7fffffff 00000000")
_LONGEST = 0.5  # seconds; a client reads within a few milliseconds
_LOOK = 0.001  # seconds between two looks


def let_clients_leave(port: int, seconds: float) -> None:
    """Accept no more connections, and ask the clients to go. Return once they have left, after `seconds` at most.

    A client whose call goes on stays connected.
    """
    end = time.monotonic() + min(seconds, _LONGEST)
    close_listeners(port)
    found = connections(port)
    told: set[TcpConnection] = set()
    while found and time.monotonic() < end:
        time.sleep(_LOOK)
        for connection in found:
            if connection not in told and connection.is_quiet():  # else it may come into the middle of a frame
                connection.send(GOAWAY)
                told.add(connection)
        found = _still_open(found)
    for connection in found:
        connection.close()


def _still_open(found: list[TcpConnection]) -> list[TcpConnection]:
    left = [connection for connection in found if connection.is_open]
    for connection in set(found).difference(left):
        connection.close()
    return left
