"""Clients of a graph. Each request has an id, which every unit on its way must have found."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import re
import socket
import threading
import time
from random import Random
from typing import Any, NamedTuple

import grpc
from chaos.graph_units import ROUTES
from chaos.report import in_threads
from google.protobuf import json_format
from support.generated import pb2

_CLIENTS = ("kept", "new", "grpc", "grpc", "leaving")
_TIMEOUT = 60.0  # seconds; a response that takes longer is lost
_FEW_RESOURCES = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
_PATH = "/api/v1.0/predictions"
_RESETS = b"\1\0\0\0\0\0\0\0"  # SO_LINGER: what is closed is reset


class Ask(NamedTuple):
    """A request. hang: the unit that takes so many seconds."""

    identity: str
    branch: int
    hang: str = ""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return f"id={self.identity};branch={self.branch};hang={self.hang};seconds={self.seconds};"

    @property
    def message(self) -> dict[str, Any]:
        return {"meta": {"puid": self.identity}, "strData": self.text}

    @property
    def answer(self) -> str:
        """What the units write."""
        return f"{self.text}>wire" if self.branch == 1 else f"({self.text}>inner+{self.text}>web)>combiner"


class Outcome(NamedTuple):
    """Of a request, from one monotonic time to another. status: of HTTP or gRPC; "" for no response at all.

    units: those that its error names. fault: what is wrong with the response, besides its status; None: nothing.
    """

    ask: Ask
    begun: float
    ended: float
    status: str
    units: frozenset[str] = frozenset()
    fault: str | None = None


def wrong_answer(ask: Ask, response: Any) -> str | None:
    """What is wrong with a response of status 200; None: nothing."""
    meta = response.get("meta", {})
    tags = dict.fromkeys(ROUTES[ask.branch], ask.identity)
    expected = {"puid": ask.identity, "tags": tags, "strData": ask.answer}
    found = {"puid": meta.get("puid"), "tags": meta.get("tags"), "strData": response.get("strData")}
    return None if found == expected else f"expected {expected}, found {found}"


def error_outcome(ask: Ask, begun: float, status: str, info: str) -> Outcome:
    units = frozenset(re.findall(r"unit '([a-z]+)'", info))
    others = set(re.findall(r"id=([^;]*);", info)) - {ask.identity}
    fault = f"an error names no unit: {info}" if not units else f"an error names {others}: {info}" if others else None
    return Outcome(ask, begun, time.monotonic(), status, units, fault)


class RestClient:
    """One connection, or a new one for each request."""

    def __init__(self, port: int, keeps: bool = True) -> None:
        self._keeps = keeps
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)

    def send(self, ask: Ask) -> Outcome:
        begun = time.monotonic()
        try:
            self._connection.request("POST", _PATH, json.dumps(ask.message), {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            status, found = str(response.status), json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return Outcome(ask, begun, time.monotonic(), "", fault=f"no response: {error!r}")
        if not self._keeps:
            self.close()
        if status != "200":
            return error_outcome(ask, begun, status, str(found.get("status", {}).get("info")))
        return Outcome(ask, begun, time.monotonic(), status, fault=wrong_answer(ask, found))

    def close(self) -> None:
        self._connection.close()


class GrpcClient:
    """One channel."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_FEW_RESOURCES)
        unchanged = {"request_serializer": bytes, "response_deserializer": bytes}
        self._predict = self._channel.unary_unary("/seldon.protos.Seldon/Predict", **unchanged)

    def send(self, ask: Ask) -> Outcome:
        begun = time.monotonic()
        try:
            found = pb2.SeldonMessage.FromString(self._predict(self._bytes(ask), timeout=_TIMEOUT))
        except grpc.RpcError as error:
            return error_outcome(ask, begun, error.code().name, error.details() or "")
        return Outcome(ask, begun, time.monotonic(), "200", fault=wrong_answer(ask, json_format.MessageToDict(found)))

    def leave(self, ask: Ask, seconds: float) -> None:
        """Cancel a call after some time."""
        call = self._predict.future(self._bytes(ask), timeout=_TIMEOUT)
        time.sleep(seconds)
        call.cancel()

    def _bytes(self, ask: Ask) -> bytes:
        encoded: bytes = json_format.ParseDict(ask.message, pb2.SeldonMessage()).SerializeToString()
        return encoded

    def close(self) -> None:
        self._channel.close()


class GraphLoad:
    """Requests to all branches, until it is stopped. outcomes: of those that waited for it."""

    def __init__(self, ports: tuple[int, int], seed: str) -> None:
        """ports: of REST and of gRPC."""
        self.outcomes: list[Outcome] = []
        self.left = itertools.count()
        self._ports, self._seed = ports, seed
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._wait = in_threads([lambda kind=kind: self._send(kind) for kind in _CLIENTS])  # type: ignore[misc]

    def stop(self) -> None:
        self._stopping.set()
        self._wait()

    def ask(self, branch: int | None = None, hang: str = "", seconds: float = 0.0) -> Ask:
        """The next request."""
        number = next(self._numbers)
        by_chance = Random(f"{self._seed}/{number}").choice(list(ROUTES))
        return Ask(f"{self._seed}-{number}", by_chance if branch is None else branch, hang, seconds)

    def _send(self, kind: str) -> None:
        client = GrpcClient(self._ports[1]) if kind in ("grpc", "leaving") else RestClient(self._ports[0], kind == "kept")
        random = Random(f"{self._seed}/{kind}")
        while not self._stopping.is_set():
            if kind == "leaving":
                self._leave(client, random)  # type: ignore[arg-type]
                next(self.left)
            else:
                self.outcomes.append(outcome := client.send(self.ask()))
                if outcome.status != "200":
                    self._stopping.wait(0.02)
        client.close()

    def _leave(self, client: GrpcClient, random: Random) -> None:
        """A client that does not wait for its response."""
        seconds = random.uniform(0, 0.02)
        if random.random() < 0.5:
            return client.leave(self.ask(), seconds)
        body = json.dumps(self.ask().message).encode()
        head = f"POST {_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._ports[0]), _TIMEOUT) as sock:
            if random.random() < 0.5:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
            sock.sendall(head.encode() + body)
            self._stopping.wait(seconds)
