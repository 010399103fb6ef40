"""Kills and hangs of the units of a graph under load: `make chaos-graph` (CHAOS_KILLS=, CHAOS_SEED=).

docs/reliability.md says what is checked. The kills, their order and the requests depend on the seed, their moments do
not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from chaos.footprint import Footprint, footprint, settled
from chaos.graph_load import GraphLoad, Outcome, RestClient
from chaos.graph_units import DEADLINE, IN_FOLDERS, ROUTES, UNITS, GraphServers
from support.waiting import eventually

_WARM_UP = 100  # requests
_KILLS = ("kill", "two kills")
_TOO_LATE = ("504", "DEADLINE_EXCEEDED")
_LATER = DEADLINE + 0.5  # seconds that a unit hangs


class Trouble(NamedTuple):
    """What happened to a unit, from one monotonic time to the other, at which it has answered again."""

    unit: str
    kind: str
    begun: float
    ended: float


class GraphCampaign:
    """violations: lines about what must not be."""

    def __init__(self, scratch: Path, seed: int) -> None:
        self._servers = GraphServers(scratch)
        self._random, self._seed = random.Random(seed), str(seed)
        self._before = self._after = Footprint(0, 0, 0)
        self.troubles: list[Trouble] = []
        self.outcomes: list[Outcome] = []
        self.violations: list[str] = []
        self.left = 0

    @contextmanager
    def serving(self) -> Iterator[GraphCampaign]:
        self._servers.start()
        try:
            self._warm_up()
            self._before = footprint(self._servers.server.process.pid)
            yield self
        finally:
            if code := self._servers.stop():
                self.violations.append(f"the graph's server ended with {code}: {self._servers.server.errors[-2000:]}")

    def _warm_up(self) -> None:
        """Let it allocate what every server does."""
        load = GraphLoad(self._servers.ports, f"{self._seed}w")
        eventually(lambda: sum(each.status == "200" for each in load.outcomes) >= _WARM_UP, "the graph was warm")
        self._end(load)

    def run(self, kinds: list[str]) -> None:
        """kinds: `kill`, `two kills`, `hang` or `freeze`, one after the other, under load."""
        load = GraphLoad(self._servers.ports, self._seed)
        client = RestClient(self._servers.ports[0])
        for kind in kinds:
            time.sleep(self._random.uniform(0.02, 0.3))
            units = self._random.sample(UNITS, 2 if kind == "two kills" else 1)
            begun = time.monotonic()
            for unit in units:
                self._harm(unit, kind, load, client)
            self.troubles += [Trouble(unit, kind, begun, self._back(unit, load, client)) for unit in units]
            print(f"{kind}: {', '.join(units)}; {time.monotonic() - begun:.1f} s", flush=True)
        client.close()
        self._end(load)
        self.judge()
        self._after = settled(self._servers.server.process.pid, self._before)
        if grown := self._after.excess(self._before):
            self.violations.append(grown)

    def _harm(self, unit: str, kind: str, load: GraphLoad, client: RestClient) -> None:
        if kind == "hang":
            self.outcomes.append(client.send(load.ask(_branch_of(unit), unit, _LATER)))
        elif kind == "freeze":
            with self._servers.frozen(unit):
                self.outcomes.append(client.send(load.ask(_branch_of(unit))))
        else:
            self._servers.kill(unit)

    def _back(self, unit: str, load: GraphLoad, client: RestClient) -> float:
        """When it has answered again."""

        def answers() -> bool:
            self.outcomes.append(client.send(load.ask(_branch_of(unit))))
            return self.outcomes[-1].status == "200"

        eventually(answers, f"unit {unit} answered again")
        return time.monotonic()

    def _end(self, load: GraphLoad) -> None:
        load.stop()
        self.outcomes += load.outcomes
        self.left += next(load.left)

    def judge(self) -> None:
        """Every failure is one of a unit in trouble, at that time. A kill of a class fails the one call that it had."""
        for outcome in self.outcomes:
            if outcome.fault:
                self.violations.append(f"{outcome.ask.identity}: {outcome.status}, {outcome.fault}")
            elif outcome.status != "200" and not any(self._explains(trouble, outcome) for trouble in self.troubles):
                self.violations.append(f"{outcome.ask.identity}: {outcome.status} of {set(outcome.units)} without a kill or hang")
        kills = Counter(trouble.unit for trouble in self.troubles if trouble.kind in _KILLS)
        for unit in IN_FOLDERS:
            failed = [each for each in self.outcomes if unit in each.units and each.status not in _TOO_LATE]
            if len(failed) > kills[unit]:
                self.violations.append(f"{kills[unit]} kills of unit {unit} failed {len(failed)} requests")

    @staticmethod
    def _explains(trouble: Trouble, outcome: Outcome) -> bool:
        """A request that is too late names the units that have it then. One before them may have taken its time."""
        units = ROUTES[outcome.ask.branch] if outcome.status in _TOO_LATE else outcome.units
        return trouble.unit in units and trouble.begun <= outcome.ended and outcome.begun <= trouble.ended

    def row(self) -> str:
        """Of the table."""
        kills = sum(trouble.kind in _KILLS for trouble in self.troubles)
        statuses = Counter(outcome.status for outcome in self.outcomes)
        failed = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()) if status != "200")
        before, after = self._before, self._after
        held = f"{before.memory:.0f} → {after.memory:.0f} MB | {before.descriptors} → {after.descriptors} | {before.threads} → {after.threads}"
        return (f"| {kills} | {len(self.troubles) - kills} | {statuses['200']} | {failed or 'none'} | {self.left} | "
                f"{len(self.violations)} | {held} |")


HEADINGS = ("kills", "hangs", "good answers", "failed", "clients that left", "violations", "memory", "descriptors", "threads")


def table(campaign: GraphCampaign) -> str:
    return "| " + " | ".join(HEADINGS) + " |\n" + "|---" * len(HEADINGS) + "|\n" + campaign.row()


def _branch_of(unit: str) -> int:
    """A branch whose way passes the unit."""
    return next(branch for branch, units in ROUTES.items() if unit in units)


def kinds_of(kills: int, seed: int) -> list[str]:
    """So many kills, some of them two at once, and a hang of a class or a frozen process for every ten of them."""
    by_chance = random.Random(seed)
    chosen = [by_chance.choice(("hang", "freeze")) for _ in range(kills // 10)]
    while kills:
        count = 2 if kills > 1 and by_chance.random() < 0.2 else 1
        chosen.append("two kills" if count == 2 else "kill")
        kills -= count
    by_chance.shuffle(chosen)
    return chosen


def main() -> int:
    """1 if anything happened that must not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = random.randrange(10**9) if options.seed is None else options.seed
    print(f"{options.kills} kills, --seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        campaign = GraphCampaign(Path(scratch), seed)
        with campaign.serving():
            campaign.run(kinds_of(options.kills, seed))
    for line in campaign.violations:
        print(f"VIOLATION --seed {seed}: {line}", file=sys.stderr)
    print(table(campaign))
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
