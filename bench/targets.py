"""The targets: for each of our servers, its ratio to a peer or to the limit in one run."""

from __future__ import annotations

from dataclasses import dataclass

from . import cores
from .results import MEASURES, Result


@dataclass(frozen=True)
class Target:
    """The ratio of `server` to `peer` is at least `bound` if more is better, else at most `bound`."""

    case: str
    measure: str
    server: str
    peer: str
    bound: float

    def holds(self, result: Result) -> bool:
        ratio = result.ratio(self.server, self.peer)
        return ratio >= self.bound if MEASURES[self.measure].more_is_better else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if MEASURES[self.measure].more_is_better else '<='} {self.bound:g}"


_PYTHON_2 = "separate, Python 2.7"

# case, measure, peer, bound for separate, bound for inline
_BOUNDS = (
    ("REST small, 16 connections", "rate", "seldon-core", 10, 20),
    ("REST small, 16 connections", "rate", "KServe", 5, 10),
    ("REST small, 16 connections", "rate", "static", 0.5, 0.9),
    ("REST small, 1 connection", "p50", "seldon-core", 0.3, 0.15),
    ("REST medium, 16 connections", "rate", "seldon-core", 13, 15),
    ("REST medium, 16 connections", "rate", "KServe", 2.4, 2.8),
    ("REST large, 1 connection", "rate", "seldon-core", 8, 10),
    ("REST large, 1 connection", "rate", "KServe", 2, 2.5),
    ("gRPC small, 16 connections", "rate", "seldon-core", 2.5, 3.3),
    ("gRPC small, 16 connections", "rate", "echo", 0.6, 0.8),
    ("gRPC large, 1 connection", "rate", "seldon-core", 7, 9),
    ("gRPC large, 1 connection", "rate", "echo", 0.6, 0.8),
    ("V2 JSON small, 16 connections", "rate", "KServe", 5, 5),
    ("V2 JSON small, 16 connections", "rate", "MLServer", 5, 5),
    ("V2 binary large, 1 connection", "rate", "KServe", 5, 5),
    ("V2 gRPC raw large, 1 connection", "rate", "KServe", 3, 3),
    ("V2 gRPC raw large, 1 connection", "rate", "MLServer", 3, 3),
    ("V2 gRPC raw large, 1 connection", "rate", "echo", 0.7, 0.7),
    ("cold start", "start", "seldon-core", 1.0, 0.6),
    ("REST small, 16 connections", "memory", "seldon-core", 1.0, 0.6),
)

TARGETS = (
    *(Target(case, measure, "separate", peer, separate) for case, measure, peer, separate, _ in _BOUNDS),
    *(Target(case, measure, "inline", peer, inline) for case, measure, peer, _, inline in _BOUNDS),
    Target("REST small, 16 connections", "rate", _PYTHON_2, "seldon-core", 7),
    Target("5 ms of computing, 2 cores, 16 connections", "rate", "MODEL_WORKERS=2", "one worker", 1.8),
    *(
        Target("10 ms of computing, all cores", "rate", f"MODEL_WORKERS={count}", "one worker", 0.9 * count)
        for count in cores.counts()[1:]
    ),
    Target("graph of 4 units, small, 16 connections", "rate", "folder units", "four servers", 3),
    Target("the walk alone", "walk", "units that answer at once", "allowed", 1),
    Target("5 ms a call, 32 connections", "rate", "batching", "one by one", 8),
)


_LOSS = 0.03  # the part that a change may cost; smaller differences are noise


def no_loss(result: Result, server: str, baseline: str) -> Target:
    """The target for a server to be as good as the one of another checkout."""
    bound = 1 - _LOSS if MEASURES[result.measure].more_is_better else 1 + _LOSS
    return Target(result.case, result.measure, server, baseline, bound)


def target_of(result: Result, server: str, peer: str) -> Target | None:
    """The target for a ratio, if there is one."""
    wanted = (result.case, result.measure, server, peer)
    return next((t for t in TARGETS if (t.case, t.measure, t.server, t.peer) == wanted), None)
