"""Clients of one server. Each knows what it sent, and says what is wrong with what it got."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from typing import Any

import grpc
from chaos.framing_inputs import BAD, Framing
from chaos.json_inputs import HttpInput
from chaos.messages import wrong_error, wrong_response
from chaos.proto_inputs import ProtoInput, as_json
from chaos.report import Outcome
from support.generated import pb2

TIMEOUT = 60.0  # seconds; a response that takes longer is lost
OF_CODE = {grpc.StatusCode.INVALID_ARGUMENT: 400, grpc.StatusCode.RESOURCE_EXHAUSTED: 429, grpc.StatusCode.INTERNAL: 500,
           grpc.StatusCode.UNAVAILABLE: 503, grpc.StatusCode.CANCELLED: 499}
_FEW_RESOURCES = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]


class HttpClient:
    """One connection, which is opened again if it was closed."""

    def __init__(self, port: int, keeps: bool = True) -> None:
        """keeps: the connection, for the next request."""
        self._keeps = keeps
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def send(self, request: HttpInput) -> Outcome:
        more = {} if self._keeps else {"Connection": "close"}
        sent = 0.0
        try:
            self._connection.request("POST", request.path, request.body, {**request.headers, **more})
            sent = time.monotonic()
            response = self._connection.getresponse()
            status, body = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Outcome(request.identity, sent or time.monotonic(), 0, f"no response: {error!r}")
        return Outcome(request.identity, sent, status, _fault(status, body, request.identity, request.expected()))

    def close(self) -> None:
        self._connection.close()


class GrpcClient:
    """One channel."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_FEW_RESOURCES)
        grpc.channel_ready_future(self._channel).result(TIMEOUT)
        self._calls: dict[str, Any] = {rpc: self._channel.unary_unary(f"/seldon.protos.Model/{rpc}") for rpc in ("Predict", "SendFeedback")}

    def send(self, request: ProtoInput) -> Outcome:
        sent = time.monotonic()
        try:
            body = self._calls[request.rpc](request.body, timeout=TIMEOUT)
        except grpc.RpcError as error:
            status = OF_CODE.get(error.code(), 0)
            return Outcome(request.identity, sent, status, None if status else f"{error.code()}: {error.details()}")
        fault = wrong_response(as_json(pb2.SeldonMessage.FromString(body)), request.identity, request.expected())
        return Outcome(request.identity, sent, 200, fault)

    def cancel(self, request: ProtoInput) -> None:
        """Begin a call and cancel it."""
        self._calls[request.rpc].future(request.body, timeout=TIMEOUT).cancel()

    def close(self) -> None:
        self._channel.close()


def _fault(status: int, body: bytes, identity: str, expected: str | None) -> str | None:
    if status != 200:
        return wrong_error(body)
    try:
        response = json.loads(body)
    except ValueError:
        return f"a response that is no JSON: {body[:200]!r}"
    return wrong_response(response, identity, expected)


def send_framing(port: int, case: Framing, identity: str) -> str | None:
    """Send raw bytes, then say what is wrong with the responses; None: nothing.

    A client that ends its side has left, as far as the server knows. So it first waits for its good responses.
    """
    good = sum(200 in statuses for statuses in case.statuses)
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as sock:
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for piece in case.pieces:
                    sock.sendall(piece)
            data = _read(sock, good)
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
            found, rest = _responses(data + _read(sock))
        except (OSError, ValueError) as error:
            return f"{case.name}: {error!r}"
    return f"{case.name}: a response ended early: {rest[:100]!r}" if rest else _wrong_framing(case, found, identity)


def _wrong_framing(case: Framing, found: list[tuple[int, bytes]], identity: str) -> str | None:
    statuses = [status for status, _ in found]
    if len(found) < len(case.statuses):
        return f"{case.name}: expected {len(case.statuses)} responses, found {statuses}"
    allowed = [*case.statuses, *[BAD] * (len(found) - len(case.statuses))]
    for (status, body), those in zip(found, allowed, strict=True):
        if status not in those:
            return f"{case.name}: expected {min(those)}-{max(those)}, found {statuses}"
        if fault := _fault(status, body, identity, identity) if status != 200 or 200 in those else None:
            return f"{case.name}: {fault}"
    return None


def _read(sock: socket.socket, count: int | None = None) -> bytes:
    """So many responses, or all until the server closes."""
    found = b""
    while count is None or len(_responses(found)[0]) < count:
        if not (part := sock.recv(65536)):
            break
        found += part
    return found


def _responses(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """(status, body) of each whole response, and what follows. Raises ValueError for what is no response."""
    found = []
    while data.count(b"\r\n\r\n"):
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        if not lines[0].startswith(b"HTTP/1.1 "):
            raise ValueError(f"no response: {head[:100]!r}")
        headers: dict[bytes, Any] = {name.lower(): value for name, _, value in (line.partition(b": ") for line in lines[1:])}
        length = int(headers.get(b"content-length", 0))
        if len(rest) < length:
            break
        found.append((int(lines[0].split()[1]), rest[:length]))
        data = rest[length:]
    return found, data
