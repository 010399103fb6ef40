"""A port that is ours before anybody can connect to it."""

from __future__ import annotations

import socket

from ..errors import PortTaken


def reserve(port: int) -> socket.socket:
    """A socket that has the port on every IPv4 interface, and does not listen. Raises PortTaken.

    A server that listens there is found at once. Two servers that reserve one port find each other when they listen.
    """
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of an earlier life may still end
    try:  # without SO_REUSEPORT, so that the port is ours alone
        reserved.bind(("0.0.0.0", port))
    except OSError as error:
        reserved.close()
        raise taken(port, error) from None
    return reserved


def taken(port: int, error: OSError) -> PortTaken:
    """The error of a port that cannot be had."""
    return PortTaken(f"port {port} cannot be listened on: {error.strerror}")
