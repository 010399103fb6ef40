"""Hostile bytes, bad clients, kills and stops, round after round: `make chaos-server` (CHAOS_ROUNDS=, CHAOS_SEED=, …).

Real servers run in each column: an interpreter of the class, and a process mode. Each round does one kind of harm.
docs/reliability.md says what is checked. A round's line names it, so that `--column` and `--round` repeat it alone.
The inputs depend on the seed, the column, the round and their number only.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.chaos_server import ChaosServer
from chaos.footprint import Footprint, footprint, settled
from chaos.probe import Probe, Prober, percentile
from chaos.report import MOST_SHOWN, Report
from chaos.server_rounds import KINDS, OPEN_FILES, Round
from support.contract_servers import COLUMNS, Column

SLOWEST_PROBE = 1.0  # seconds
_MAY_REFUSE = ("stop",)  # nobody listens for a while
_NOT_INLINE = ("kills",)  # there the class's process is the server


class ServerCampaign:
    """The rounds in one column. violations: lines about what must not be."""

    def __init__(self, column: Column, model_python: str | None, scratch: Path, seed: int, inputs: int,
                 slowest_probe: float = SLOWEST_PROBE) -> None:
        """inputs: of a fuzzing round. slowest_probe: in seconds."""
        self.column, self._seed, self._inputs, self._slowest_probe = column, seed, inputs, slowest_probe
        self._python, self._scratch = model_python, scratch
        self._server = ChaosServer(column, model_python, scratch / "server")
        self._before = self._after = Footprint(0, 0, 0)
        self.probes: list[float] = []
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []

    @property
    def kinds(self) -> list[str]:
        """The kinds of rounds that this column has."""
        return [kind for kind in KINDS if self.column.mode != "inline" or kind not in _NOT_INLINE]

    def kind_of(self, number: int) -> str:
        """Of a round: each kind once, then by chance."""
        if number < len(self.kinds):
            return self.kinds[number]
        return random.Random(f"{self._seed}/{self.column}/{number}").choice(self.kinds)

    @contextmanager
    def serving(self) -> Iterator[ServerCampaign]:
        self._server.start().wait_until_ready()
        try:
            self._server.warm_up()
            self._before = footprint(self._server.process.pid)
            yield self
        finally:
            self._server.stop()

    def run_one(self, number: int) -> str:
        """The line of a round."""
        kind, report = self.kind_of(number), Report()
        begun = time.monotonic()
        if kind == "open files":
            probes = self._with_few_files(number, report)
        else:
            probes = self._harm(self._server, kind, number, report)
            self._check_footprint(report)
        self._check_probes(probes, report)
        self.counts.update(report.counts + Counter(rounds=1))
        where = f"{self.column} round {number} ({kind})"
        self.violations += [f"{where}: {line}" for line in report.violations]
        if (more := report.counts["violations"] - MOST_SHOWN) > 0:
            self.violations.append(f"{where}: {more} more")
        counted = ", ".join(f"{count} {what}" for what, count in sorted(report.counts.items()))
        slowest = max((probe.seconds for probe in probes), default=0)
        return f"{where}: {counted}; slowest probe {slowest * 1000:.0f} ms; {time.monotonic() - begun:.1f} s"

    def _harm(self, server: ChaosServer, kind: str, number: int, report: Report) -> list[Probe]:
        """The probes meanwhile."""
        prober = Prober(server.ports[0])
        try:
            KINDS[kind](Round(server, report, f"{self._seed}/{self.column}/{number}", number, self._inputs))
        except Exception as error:
            report.violate(f"the round ended: {error!r}; {server.errors[-2000:]}")
        return [probe for probe in prober.stop() if kind not in _MAY_REFUSE or probe.result == "ok"]

    def _with_few_files(self, number: int, report: Report) -> list[Probe]:
        """A server of its own, whose limit is low."""
        server = ChaosServer(self.column, self._python, self._scratch / "few", OPEN_FILES).start().wait_until_ready()
        try:
            return self._harm(server, "open files", number, report)
        finally:
            server.stop()

    def _check_footprint(self, report: Report) -> None:
        self._after = settled(self._server.process.pid, self._before)
        if grown := self._after.excess(self._before):
            report.violate(grown)

    def _check_probes(self, probes: list[Probe], report: Report) -> None:
        self.probes += [probe.seconds for probe in probes]
        for probe in probes:
            if probe.result != "ok":
                report.violate(f"a probe got {probe.result}")
            elif probe.seconds > self._slowest_probe:
                report.violate(f"a probe took {probe.seconds:.3f} s")

    def row(self) -> str:
        """Of the table."""
        counts, before, after = self.counts, self._before, self._after
        probes = f"{len(self.probes)} | {percentile(self.probes, 0.99) * 1000:.0f} ms | {max(self.probes, default=0) * 1000:.0f} ms"
        held = f"{before.memory:.0f} → {after.memory:.0f} MB | {before.descriptors} → {after.descriptors} | {before.threads} → {after.threads}"
        return (f"| {self.column} | {counts['rounds']} | {counts['inputs']} | {counts['requests']} | {counts['kills']} | "
                f"{counts['stops']} | {counts['violations']} | {probes} | {held} |")


HEADINGS = ("column", "rounds", "inputs", "valid requests", "kills", "stops", "violations", "probes", "99 %", "slowest", "memory",
            "descriptors", "threads")


def table(campaigns: list[ServerCampaign]) -> str:
    heading = "| " + " | ".join(HEADINGS) + " |\n" + "|---" * len(HEADINGS) + "|"
    return "\n".join([heading, *[campaign.row() for campaign in campaigns]])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200, help="of all columns together")
    parser.add_argument("--inputs", type=int, default=2000, help="of a round that sends bytes")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--column", choices=[str(column) for column in COLUMNS], help="this one alone")
    parser.add_argument("--round", type=int, help="this one alone")
    return parser.parse_args()


def _run(options: argparse.Namespace, seed: int, python_of: Callable[[str], str]) -> list[ServerCampaign]:
    columns = [column for column in COLUMNS if options.column in (None, str(column))]
    numbers = range(-(-options.rounds // len(columns))) if options.round is None else [options.round]
    campaigns = []
    for column in columns:
        with tempfile.TemporaryDirectory() as scratch:
            python = python_of(column.version) if column.version else None
            campaign = ServerCampaign(column, python, Path(scratch), seed, options.inputs)
            campaigns.append(campaign)
            with campaign.serving():
                for number in numbers:
                    known = len(campaign.violations)
                    print(campaign.run_one(number), flush=True)
                    for line in campaign.violations[known:]:
                        print(f"VIOLATION --seed {seed} --inputs {options.inputs}: {line}", file=sys.stderr, flush=True)
    return campaigns


def main() -> int:
    """1 if anything happened that must not."""
    from conftest import model_python_on

    options = _options()
    seed = random.randrange(10**9) if options.seed is None else options.seed
    print(f"{options.rounds} rounds, --seed {seed} --inputs {options.inputs}", flush=True)
    campaigns = _run(options, seed, model_python_on)
    print(table(campaigns))
    return 1 if any(campaign.violations for campaign in campaigns) else 0


if __name__ == "__main__":
    sys.exit(main())
