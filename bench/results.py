"""Figures as they were measured, and what follows from them: medians, spreads, ratios."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """more_is_better: of two ratios the larger one is the better."""

    unit: str
    more_is_better: bool


MEASURES = {
    "rate": Measure("answers a second", True),
    "p50": Measure("ms, median", False),
    "p99": Measure("ms, 99 of 100", False),
    "start": Measure("s to the first answer", False),
    "memory": Measure("MB, proportional set size", False),
    "build": Measure("s to build", False),
}


@dataclass(frozen=True)
class Result:
    """samples: server -> one figure a round. asked: bytes of the question, 0 where they do not count."""

    case: str
    measure: str
    samples: dict[str, list[float]]
    asked: int = 0

    def median(self, server: str) -> float:
        return statistics.median(self.samples[server])

    def spread(self, server: str) -> float:
        """Half the distance from the least to the largest sample, as a part of the median."""
        return (max(self.samples[server]) - min(self.samples[server])) / 2 / self.median(server)

    def ratio(self, server: str, peer: str) -> float:
        return self.median(server) / self.median(peer)

    def to_json(self) -> dict[str, object]:
        """With five digits, which is more than a measurement is worth."""
        servers = {
            name: {"median": _short(self.median(name)), "samples": list(map(_short, samples))}
            for name, samples in self.samples.items()
        }
        unit = MEASURES[self.measure].unit
        return {"case": self.case, "measure": self.measure, "unit": unit, "asked": self.asked, "servers": servers}


def _short(value: float) -> float:
    return float(f"{value:.5g}")
