"""A port that is ours before anybody can connect to it."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator

from ..errors import BadSetting, PortTaken

ALL, ALL_OF_IPV4 = "::", "0.0.0.0"
_NOT_OURS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL, errno.ENODEV)


def reserve(port: int, host: str = ALL) -> socket.socket:
    """A socket that has the port of this address, and does not listen.

    host: an IP address of this machine. ALL is every interface, with IPv4 and IPv6, or with IPv4 alone on a machine
    that has no IPv6. Raises PortTaken, and BadSetting for an address that is not of this machine.
    A server that listens there is found at once. Two servers that reserve one port find each other when they listen.
    """
    try:
        return _bound(port, host)
    except OSError as error:
        if not isinstance(error, socket.gaierror) and error.errno not in _NOT_OURS:
            raise taken(port, error) from None
    if host == ALL:
        return reserve(port, ALL_OF_IPV4)
    raise BadSetting(
        f"HOST: expected an address of this machine, found {host!r}; "
        f"use {ALL} for all of its addresses, or {ALL_OF_IPV4} for those of IPv4"
    )


def taken(port: int, error: OSError) -> PortTaken:
    """The error of a port that cannot be had."""
    return PortTaken(f"port {port} cannot be listened on: {error.strerror}")


@contextlib.contextmanager
def given_up(reserved: socket.socket) -> Iterator[str]:
    """Close a socket of `reserve`, so that grpcio, which takes no socket, can listen there. Yields the address for it.

    grpcio takes 0.0.0.0 for all addresses of IPv6, too, unless somebody else has the port there.
    """
    host, port, *rest = reserved.getsockname()
    scope = f"%{rest[1]}" if rest and rest[1] else ""  # of a link-local address
    address = f"[{host}{scope}]:{port}" if rest else f"{host}:{port}"
    reserved.close()
    with contextlib.ExitStack() as held:
        if host == ALL_OF_IPV4:
            with contextlib.suppress(OSError):  # there is no IPv6, or somebody else has the port there
                held.enter_context(_ipv6_alone(port))
        yield address


def _bound(port: int, host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reserved = socket.socket(family, socket.SOCK_STREAM)
    try:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of an earlier life may still end
        if family == socket.AF_INET6:
            reserved.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        reserved.bind((host, port))  # without SO_REUSEPORT, so that the port is ours alone
    except OSError:
        reserved.close()
        raise
    return reserved


def _ipv6_alone(port: int) -> socket.socket:
    holding = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    try:
        holding.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        holding.bind((ALL, port))
    except OSError:
        holding.close()
        raise
    return holding


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
