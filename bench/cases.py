"""What is measured: one row a case."""

from __future__ import annotations

from dataclasses import dataclass

from . import payloads, servers
from .payloads import Payload
from .servers import Server


@dataclass(frozen=True)
class Case:
    """Servers under the same load in turn.

    group: the make target that measures it. measures: those that the table shows. cores: how many the server has.
    """

    name: str
    group: str
    payload: Payload
    connections: int
    servers: tuple[Server, ...]
    measures: tuple[str, ...] = ("rate",)
    cores: int = 1


_REST = (servers.STATIC, servers.SEPARATE, servers.INLINE, servers.SELDON_CORE, servers.KSERVE, servers.MLSERVER)
_GRPC = (servers.ECHO, servers.SEPARATE_GRPC, servers.INLINE_GRPC, servers.SELDON_CORE_GRPC)
_LATENCY = ("p50", "p99", "rate")

CASES = (
    Case("REST small, 16 connections", "rest", payloads.SMALL, 16, (*_REST, servers.PYTHON_2), ("rate", "memory")),
    Case("REST small, 1 connection", "rest", payloads.SMALL, 1, _REST, _LATENCY),
    Case("REST medium, 16 connections", "rest", payloads.MEDIUM, 16, _REST),
    Case("REST large, 1 connection", "rest", payloads.LARGE, 1, _REST),
    Case("gRPC small, 16 connections", "grpc", payloads.SMALL, 16, _GRPC),
    Case("gRPC small, 1 connection", "grpc", payloads.SMALL, 1, _GRPC, _LATENCY),
    Case("gRPC small tensor, 16 connections", "grpc", payloads.SMALL_TENSOR, 16, _GRPC),
    Case("gRPC medium, 16 connections", "grpc", payloads.MEDIUM, 16, _GRPC),
    Case("gRPC large, 1 connection", "grpc", payloads.LARGE, 1, _GRPC),
    Case("5 ms of computing, 2 cores, 16 connections", "rest", payloads.SMALL, 16, servers.WORKERS, cores=2),
    Case("5 ms a call, 32 connections", "rest", payloads.SMALL, 32, servers.BATCHING),
)
