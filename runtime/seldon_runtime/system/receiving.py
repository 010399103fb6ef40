"""How long a socket waits for bytes."""

from __future__ import annotations

import socket
import struct


def limit_receiving(connection: socket.socket, seconds: float) -> None:
    """Have `recv` raise BlockingIOError after `seconds` without a byte. Sending stays without a limit."""
    whole, rest = divmod(seconds, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", int(whole), int(rest * 1e6)))
