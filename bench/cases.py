"""What is measured under load: one row for each case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import cores, graph, payloads, servers
from .payloads import Payload
from .servers import Server


@dataclass(frozen=True)
class Repetitions:
    """How many turns each server has, and how many seconds one turn takes."""

    rounds: int
    seconds: float

    def divided(self, starts: int) -> list[Repetitions]:
        """Those of each start. The first starts have the rounds that remain, and no start is without a round."""
        shares = (len(range(start, self.rounds, starts)) for start in range(starts))
        return [replace(self, rounds=rounds) for rounds in shares if rounds]


@dataclass(frozen=True)
class Case:
    """Servers under the same load, in turns.

    measures: those that the table shows. cores: how many the server has.
    repetitions: those of this case, if it needs fewer than the run has.
    """

    name: str
    payload: Payload
    connections: int
    servers: tuple[Server, ...]
    measures: tuple[str, ...] = ("rate",)
    cores: int = 1
    repetitions: Repetitions | None = None

    def beside(self, checkout: Path) -> Case:
        """The same load for our servers alone, each beside the one of another checkout."""
        return replace(self, servers=servers.beside(self.servers, checkout))


_REST = (servers.STATIC, servers.SEPARATE, servers.INLINE, servers.SELDON_CORE, servers.KSERVE, servers.MLSERVER)
_GRPC = (servers.ECHO, servers.SEPARATE_GRPC, servers.INLINE_GRPC, servers.SELDON_CORE_GRPC)
_ALL = cores.counts()[-1]
_LATENCY = ("p50", "p99", "rate")
_CPU = ("rate", "server cpu", "class cpu")

REST = (
    Case("REST small, 16 connections", payloads.SMALL, 16, (*_REST, servers.PYTHON_2), ("rate", "memory")),
    Case("REST small, 1 connection", payloads.SMALL, 1, _REST, _LATENCY),
    Case("REST medium, 16 connections", payloads.MEDIUM, 16, _REST),
    Case("REST large, 1 connection", payloads.LARGE, 1, _REST),
    Case("5 ms of computing, 2 cores, 16 connections", payloads.SMALL, 16, servers.WORKERS, _CPU, 2),
    Case("5 ms a call, 32 connections", payloads.SMALL, 32, servers.BATCHING),
    *(
        Case(f"{payload.name}, 16 connections", payload, 16, servers.ONNX, ("rate", "p50"))
        for payload in map(payloads.of_digits, (1, 64))
    ),
)
GRPC = (
    Case("gRPC small, 16 connections", payloads.SMALL, 16, _GRPC),
    Case("gRPC small tensor, 16 connections", payloads.SMALL_TENSOR, 16, _GRPC),
    Case("gRPC small, 1 connection", payloads.SMALL, 1, _GRPC, _LATENCY),
    Case("gRPC medium, 16 connections", payloads.MEDIUM, 16, _GRPC),
    Case("gRPC large, 1 connection", payloads.LARGE, 1, _GRPC),
)
V2 = tuple(
    Case(f"V2 {form} {size}", payload, connections, compared)
    for form, compared in (("JSON", servers.V2), ("binary", servers.V2_BINARY), ("gRPC raw", servers.V2_GRPC))
    for size, payload, connections in (
        ("small, 16 connections", payloads.SMALL, 16),
        ("medium, 16 connections", payloads.MEDIUM_FP32, 16),
        ("large, 1 connection", payloads.LARGE_FP32, 1),
    )
)
WORKERS = (
    Case(
        "10 ms of computing, all cores",
        payloads.SMALL,
        max(16, 4 * _ALL),
        servers.SCALING,
        _CPU,
        _ALL,
    ),
)
GRAPH = (Case(graph.CASE, payloads.SMALL, 16, graph.SERVERS, ("rate", "p50", "server cpu", "class cpu")),)

COLD_START = "cold start"  # the case of servers.STARTING

_FEW = Repetitions(rounds=3, seconds=1)
_OURS = {
    "REST": (servers.SEPARATE, servers.INLINE),
    "gRPC": (servers.SEPARATE_GRPC, servers.INLINE_GRPC),
    "V2 JSON": servers.V2[1:3],
    "V2 binary": servers.V2_BINARY[1:3],
    "V2 gRPC raw": servers.V2_GRPC[1:3],
}
# values that make about 1 KB to 100 MB: a random double is 19 characters in JSON, 8 bytes in protobuf
_IN_JSON = (50, 500, 5_000, 50_000, 500_000, 5_000_000)
_IN_BINARY = (125, 1_250, 12_500, 125_000, 1_250_000, 12_500_000)
_NAMES = (10, 100, 1_000, 10_000, 100_000)


def _sizes(api: str) -> Iterator[Payload]:
    """V2 has no names of columns."""
    if not api.startswith("V2"):
        yield from map(payloads.of_names, _NAMES)
    yield from map(payloads.of_values, _IN_JSON if api in ("REST", "V2 JSON") else _IN_BINARY)


COSTS = tuple(
    Case(f"{api}, {payload.name}", payload, 1, ours, ("p50",), repetitions=_FEW)
    for api, ours in _OURS.items()
    for payload in _sizes(api)
)
