"""What a simulation, or a run of the real server, comes to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from .queues import Request


@dataclass(frozen=True)
class Figures:
    """p50, p99: milliseconds of the requests that were answered; infinite if none was. The rest are parts of all."""

    count: int
    p50: float
    p99: float
    refused: float
    timed_out: float

    @property
    def lost(self) -> float:
        """The part of the requests without a response of the class."""
        return self.refused + self.timed_out

    def cells(self) -> list[str]:
        """Those of a table, from p50 on."""
        times = [f"{time:,.0f}" if time < math.inf else "" for time in (self.p50, self.p99)]
        return [*times, *(f"{part:.1%}" for part in (self.refused, self.timed_out))]


COLUMNS = ("p50, ms", "p99, ms", "refused", "timed out")


def figures_of(requests: Sequence[Request]) -> Figures:
    """requests: all of a run, each with its outcome."""
    times = [1000 * (request.ended - request.at) for request in requests if request.outcome == "answered"]
    parts = [
        sum(request.outcome == outcome for request in requests) / max(len(requests), 1)
        for outcome in ("refused", "timed out")
    ]
    return Figures(len(requests), *_percentiles(times), *parts)


def _percentiles(times: list[float]) -> tuple[float, float]:
    if len(times) < 2:
        return (times[0], times[0]) if times else (math.inf, math.inf)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[98]
