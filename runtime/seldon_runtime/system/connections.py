"""The sockets of a TCP port that a library has opened in this process, and does not show."""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import socket
import stat
import termios
from collections.abc import Iterator

_ESTABLISHED = 1  # tcpi_state of tcp_info, see tcp(7)
_STATE, _BYTES_ACKED = slice(0, 1), slice(120, 128)  # of tcp_info
_INFO_BYTES = 256


class TcpConnection:
    """A connection that belongs to the library. It does not stay open because of this object."""

    def __init__(self, copy: socket.socket) -> None:
        """copy: a descriptor of its own, which `close` closes."""
        self._socket = copy
        self._acked: bytes | None = None

    @property
    def is_open(self) -> bool:
        """Whether neither side has ended it."""
        return self._info()[_STATE] == bytes([_ESTABLISHED])

    def is_quiet(self) -> bool:
        """Whether the peer has all that was sent, and nothing was sent since the last look."""
        before, self._acked = self._acked, self._info()[_BYTES_ACKED]
        return before == self._acked and not self._unsent()

    def send(self, data: bytes) -> None:
        """Send a few bytes beside the library, without waiting. Whether they are sent is not said."""
        with contextlib.suppress(OSError):  # the peer has gone, or has not read for long
            self._socket.send(data, socket.MSG_DONTWAIT)

    def close(self) -> None:
        """End this object, and not the connection."""
        self._socket.close()

    def _info(self) -> bytes:
        return self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)

    def _unsent(self) -> int:
        """Bytes that the peer has not acknowledged."""
        found = array.array("i", [0])
        fcntl.ioctl(self._socket, termios.TIOCOUTQ, found)
        return found[0]


def close_listeners(port: int) -> None:
    """Accept no more on this port.

    The library keeps its descriptor, which then belongs to a socket that nobody can reach. So it notices nothing.
    """
    for descriptor, copy in _sockets(port):
        with copy, contextlib.suppress(OSError):  # the process may open no more files
            if copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                with socket.socket(copy.family, copy.type) as unreachable:
                    os.dup2(unreachable.fileno(), descriptor, inheritable=False)


def connections(port: int) -> list[TcpConnection]:
    """Those that clients have with this port."""
    found = [TcpConnection(copy) for _, copy in _sockets(port)]
    for closed in [connection for connection in found if not connection.is_open]:
        closed.close()
        found.remove(closed)
    return found


def _sockets(port: int) -> Iterator[tuple[int, socket.socket]]:
    """(descriptor, a copy of it) of each TCP socket of this process with this port."""
    for descriptor in _descriptors():
        copy = _copy_of(descriptor)
        if copy is not None and copy.getsockname()[1] == port:
            yield descriptor, copy
        elif copy is not None:
            copy.close()


def _descriptors() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:  # the process may open no more files
        return []


def _copy_of(descriptor: int) -> socket.socket | None:
    """None for what is no TCP socket, or has been closed meanwhile."""
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return None
        copy = socket.socket(fileno=os.dup(descriptor))
    except OSError:
        return None
    if copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == socket.SOCK_STREAM:
        return copy
    copy.close()
    return None
