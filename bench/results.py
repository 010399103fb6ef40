"""The measured figures, with their medians, spreads and ratios."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """more_is_better: False if the smaller of two figures is the better one."""

    unit: str
    more_is_better: bool


MEASURES = {
    "rate": Measure("requests a second", True),
    "p50": Measure("ms, median", False),
    "p99": Measure("ms, 99 of 100", False),
    "server cpu": Measure("ms of a core, the server", False),
    "class cpu": Measure("ms of a core, the class", False),
    "start": Measure("s to the first response", False),
    "memory": Measure("MB of memory", False),
    "build": Measure("s to build", False),
    "walk": Measure("µs a unit", False),
}


@dataclass(frozen=True)
class Result:
    """samples: server -> one figure for each round of all starts.

    request_bytes: the size of a request, 0 if it does not matter.
    """

    case: str
    measure: str
    samples: dict[str, list[float]]
    request_bytes: int = 0

    def median(self, server: str) -> float:
        return statistics.median(self.samples[server])

    def spread(self, server: str) -> float:
        """Half the distance between the smallest and the largest sample, divided by the median."""
        return (max(self.samples[server]) - min(self.samples[server])) / 2 / self.median(server)

    def ratio(self, server: str, peer: str) -> float:
        return self.median(server) / self.median(peer)

    def to_json(self) -> dict[str, object]:
        """Figures have five digits, which is more than their precision."""
        servers = {
            name: {"median": _short(self.median(name)), "samples": list(map(_short, samples))}
            for name, samples in self.samples.items()
        }
        return {
            "case": self.case,
            "measure": self.measure,
            "unit": MEASURES[self.measure].unit,
            "request_bytes": self.request_bytes,
            "servers": servers,
        }


def _short(value: float) -> float:
    return float(f"{value:.5g}")
