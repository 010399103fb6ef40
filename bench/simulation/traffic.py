"""The requests of a simulation: when each one comes, and how long the class works on it."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Traffic:
    """Poisson arrivals. All requests have one row.

    rate: requests a second between bursts. burst: in a burst it is so many times higher.
    burst_seconds, burst_every: a burst of so many seconds begins each period of so many seconds.
    service: the mean seconds of a call with one row. cv: their standard deviation divided by the mean; 0: all the same.
    seconds: how long requests come. seed: the same seed makes the same requests.
    """

    rate: float
    service: float
    burst: float = 1.0
    burst_seconds: float = 1.0
    burst_every: float = 10.0
    cv: float = 0.0
    seconds: float = 120.0
    seed: int = 1

    def requests(self) -> list[tuple[float, float]]:
        """(the time at which it comes, the seconds that the class needs for it alone) of each request, in order."""
        times, services = (random.Random(f"{self.seed} {stream}") for stream in ("times", "services"))
        return [(at, self._service(services)) for at in self._times(times)]

    def _times(self, chance: random.Random) -> list[float]:
        """Times at the highest rate, of which those between bursts are thinned out."""
        times, now, highest = [], 0.0, self.rate * max(self.burst, 1.0)
        while (now := now + chance.expovariate(highest)) < self.seconds:
            if chance.random() * highest < self._rate_at(now):
                times.append(now)
        return times

    def _rate_at(self, now: float) -> float:
        return self.rate * (self.burst if now % self.burst_every < self.burst_seconds else 1.0)

    def _service(self, chance: random.Random) -> float:
        """Of a gamma distribution: constant with cv 0, exponential with cv 1."""
        spread = self.cv * self.cv
        return chance.gammavariate(1 / spread, self.service * spread) if spread else self.service
