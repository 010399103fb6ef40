"""Single requests of a client in Python: for the first response, for its check and for the pauses of saves."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from contextlib import closing

import grpc

from . import bodies
from .errors import BenchError
from .payloads import Payload
from .wires import Wire

_TIMEOUT = 60.0  # seconds until a server has to respond
_PAUSE = 0.002  # seconds between two attempts
_NO_LIMITS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


def send(wire: Wire, port: int, payload: Payload) -> bytes:
    """The response's body, a frame for gRPC. Raises OSError if nobody listens, BenchError for an error."""
    path, body = wire.path_of(payload), bodies.request_body(wire, payload).read_bytes()
    if wire.is_grpc:
        return _send_grpc(port, path, body)
    with closing(connect(port)) as connection:
        return post(connection, path, body, wire.headers(body))


def wait_for_response(wire: Wire, port: int, payload: Payload, is_alive: Callable[[], bool]) -> None:
    """Repeat a request until it succeeds. Raises BenchError if the server has ended, or after a minute."""
    deadline = time.monotonic() + _TIMEOUT
    while True:
        try:
            send(wire, port, payload)
            return
        except (OSError, http.client.HTTPException, BenchError) as error:
            if not is_alive() or time.monotonic() > deadline:
                raise BenchError(f"no response: {error}") from None
            time.sleep(_PAUSE)


def connect(port: int) -> http.client.HTTPConnection:
    """A connection for any number of requests, one after the other."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)


def post(connection: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The response's body. Raises OSError or HTTPException if there is none, BenchError if its status is not 200."""
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise BenchError(f"{response.status}: {content[:1000]!r}")
    return content


def _send_grpc(port: int, path: str, frame: bytes) -> bytes:
    unchanged: Callable[[bytes], bytes] = bytes
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=_NO_LIMITS) as channel:
        call = channel.unary_unary(path, unchanged, unchanged)
        try:
            message = call(frame[5:], timeout=_TIMEOUT)
        except grpc.RpcError as error:
            raise BenchError(str(error)) from None
    return b"\0" + len(message).to_bytes(4, "big") + message
