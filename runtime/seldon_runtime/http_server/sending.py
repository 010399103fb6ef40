"""Bytes to the kernel: as few copies as possible, and large ones without the interpreter's lock."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
import termios

_SMALL = 65_536  # bytes; a body up to this size is copied behind its head, so that both are one write


def send(transport: asyncio.WriteTransport, head: bytes, body: bytes) -> None:
    """Send a response, or as much of it as the kernel takes; the transport keeps the rest."""
    if len(body) <= _SMALL:
        transport.write(head + body)
    elif transport.get_write_buffer_size():
        transport.writelines((head, body))
    else:
        sent = _write(transport, head, body)
        if sent < len(head) + len(body):
            transport.writelines((head[sent:], memoryview(body)[max(sent - len(head), 0) :]))


def unsent(transport: asyncio.WriteTransport) -> int:
    """Bytes of responses that the client's machine has not taken."""
    waiting = fcntl.ioctl(_descriptor(transport), termios.TIOCOUTQ, b"\0" * 4)
    return transport.get_write_buffer_size() + int.from_bytes(waiting, sys.byteorder)


def _write(transport: asyncio.WriteTransport, head: bytes, body: bytes) -> int:
    """How many bytes the kernel takes now. uvloop would hold the interpreter's lock while it copies them."""
    with contextlib.suppress(OSError):  # it takes none, or the client has gone, which the transport notices
        return os.writev(_descriptor(transport), (head, body))
    return 0


def _descriptor(transport: asyncio.WriteTransport) -> int:
    return int(transport.get_extra_info("socket").fileno())
