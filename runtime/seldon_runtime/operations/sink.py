"""A client of HTTP for one URL, with one connection that it keeps. It is small, because it shares the server's GIL."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

_TIMEOUT = 10.0  # seconds for a connection, and for each read and write
_LONGEST_RESPONSE = 65_536  # bytes; of a longer one, the connection is closed
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection:[ \t]*close[ \t]*\r\n", re.IGNORECASE)


class SinkFailed(Exception):
    """An event was not taken."""


class Sink:
    """`post` sends, and waits for the response. For one thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        is_https = parts.scheme == "https"
        self._address = (parts.hostname or "", parts.port or (443 if is_https else 80))
        self._tls = ssl.create_default_context() if is_https else None
        self._socket: socket.socket | None = None
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = f"POST {target} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n".encode(
            "latin-1", "replace"
        )
        if parts.username:
            user = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            self._head += b"Authorization: Basic " + base64.b64encode(user) + b"\r\n"

    def post(self, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Raises SinkFailed."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = self._head + f"{lines}Content-Length: {len(body)}\r\n\r\n".encode("latin-1", "replace")
        is_kept = self._socket is not None
        try:
            status = self._exchange(head, body)
        except OSError as error:
            self.close()
            if not is_kept or isinstance(error, TimeoutError):
                raise SinkFailed(str(error) or type(error).__name__) from None
            return self.post_again(head, body)  # the other side had closed a connection that was idle
        _check(status)

    def post_again(self, head: bytes, body: bytes) -> None:
        """The same over a new connection."""
        try:
            status = self._exchange(head, body)
        except OSError as error:
            self.close()
            raise SinkFailed(str(error) or type(error).__name__) from None
        _check(status)

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None

    def _exchange(self, head: bytes, body: bytes) -> int:
        connection = self._socket or self._connect()
        if len(body) < _LONGEST_RESPONSE:
            connection.sendall(head + body)
        else:
            connection.sendall(head)
            connection.sendall(body)
        return self._read(connection)

    def _connect(self) -> socket.socket:
        plain = socket.create_connection(self._address, _TIMEOUT)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = self._tls.wrap_socket(plain, server_hostname=self._address[0]) if self._tls else plain
        return self._socket

    def _read(self, connection: socket.socket) -> int:
        """The status of a response. Its body is read if that is easy, else the connection is closed."""
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive(connection, len(data))
        head = data[: end + 4]
        status, length = _STATUS.match(head), _LENGTH.search(head)
        if status is None:
            raise ConnectionError("the response is not HTTP/1.1")
        code = int(status[1])
        rest = 0 if code == 204 else int(length[1]) if length else -1
        if code < 200 or rest < 0 or rest > _LONGEST_RESPONSE or _CLOSE.search(head):
            self.close()
            return code
        missing = rest - (len(data) - end - 4)
        while missing > 0:
            missing -= len(self._receive(connection, 0))
        return code

    def _receive(self, connection: socket.socket, size: int) -> bytes:
        if size > _LONGEST_RESPONSE:
            raise ConnectionError("the head of the response is too long")
        data = connection.recv(_LONGEST_RESPONSE)
        if not data:
            raise ConnectionError("the connection was closed without a response")
        return data


def _check(status: int) -> None:
    if not 200 <= status < 300:
        raise SinkFailed(f"the status is {status}")
