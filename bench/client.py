"""One question, asked by a client in Python: for the first answer and for the answer's check."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable

import grpc

from . import bodies
from .errors import BenchError
from .payloads import Payload
from .wires import SELDON_GRPC, Wire

_PATIENCE = 60.0  # seconds until a server has to answer
_PAUSE = 0.002
_NO_LIMITS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


def ask(wire: Wire, port: int, payload: Payload) -> bytes:
    """The answer's body, a frame for gRPC. Raises OSError while nobody listens, BenchError for an error."""
    one = _ask_grpc if wire is SELDON_GRPC else _ask_http
    return one(port, wire.path_of(payload), bodies.question(wire, payload).read_bytes())


def wait_for_answer(wire: Wire, port: int, payload: Payload, is_alive: Callable[[], bool]) -> None:
    """Ask until there is an answer. Raises BenchError when the server has ended, or after a minute."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            ask(wire, port, payload)
            return
        except (OSError, http.client.HTTPException, BenchError) as error:
            if not is_alive() or time.monotonic() > end:
                raise BenchError(f"no answer: {error}") from None
            time.sleep(_PAUSE)


def _ask_http(port: int, path: str, body: bytes) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise BenchError(f"{response.status}: {answer[:1000]!r}")
    return answer


def _ask_grpc(port: int, path: str, frame: bytes) -> bytes:
    unchanged: Callable[[bytes], bytes] = bytes
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=_NO_LIMITS) as channel:
        call = channel.unary_unary(path, unchanged, unchanged)
        try:
            answer = call(frame[5:], timeout=_PATIENCE)
        except grpc.RpcError as error:
            raise BenchError(str(error)) from None
    return b"\0" + len(answer).to_bytes(4, "big") + answer
