"""An HTTP server whose every byte the test writes itself."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

_LIMIT = 60.0  # seconds; only a failing test waits for so long


class Accepted:
    """One connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        sock.settimeout(_LIMIT)

    def request(self) -> tuple[str, bytes]:
        """Head and body of the next request."""
        found = b""
        while b"\r\n\r\n" not in found:
            found += self._some()
        head, _, body = found.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        lengths = [int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")]
        while len(body) < sum(lengths):
            body += self._some()
        return head.decode("latin-1"), body

    def _some(self) -> bytes:
        part = self.socket.recv(65_536)
        assert part, "the client has gone"
        return part

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def respond(self, body: bytes, status: int = 200, *headers: bytes) -> None:
        head = [b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *headers, b"", b""]
        self.send(b"\r\n".join(head) + body)

    def close(self) -> None:
        self.socket.close()

    def has_ended(self) -> bool:
        """Whether the client has closed the connection; waits until it sends or closes."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


class HandMadeServer:
    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(_LIMIT)
        self.port: int = self._socket.getsockname()[1]
        self._accepted: list[Accepted] = []

    def accept(self) -> Accepted:
        """The next connection."""
        accepted = Accepted(self._socket.accept()[0])
        self._accepted.append(accepted)
        return accepted

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for accepted in self._accepted:
            accepted.close()
        self._socket.close()
