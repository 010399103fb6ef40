"""python -m bench [rest] [grpc] [v2] [workers] [graph] [start] [costs]: measures, prints the tables and writes them."""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from . import cases, cores, environments, graph, image, report, servers, walk_cost
from .cases import Case, Repetitions
from .errors import BenchError
from .measurement import cold_start, under_load
from .results import Result

_LOADS = {
    **{"rest": cases.REST, "grpc": cases.GRPC, "v2": cases.V2, "workers": cases.WORKERS, "graph": cases.GRAPH},
    "costs": cases.COSTS,
}
_GROUPS = (*_LOADS, "start")


def main() -> int:
    """1 if a figure could not be measured. A missed target is only printed."""
    options = read_options(sys.argv[1:])
    write = report.write_against_baseline if options.baseline else report.write
    try:
        environments.require_tools("wrk", "h2load", "taskset")
        cores.move_aside()
        write(list(_shown(_results(options))), options.out)
    except BenchError as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    return 0


def _shown(results: Iterator[Result]) -> Iterator[Result]:
    """Print each as soon as it is measured, because all of them may take an hour."""
    for result in results:
        print(report.line(result), flush=True)
        yield result


def _results(options: argparse.Namespace) -> Iterator[Result]:
    repetitions = Repetitions(options.rounds, options.seconds)
    alike = itertools.groupby(chosen_cases(options), lambda case: (case.servers, case.cores, case.repetitions))
    for _, together in alike:
        yield from map(graph.with_sum, under_load(list(together), repetitions, options.starts))
    if "graph" in options.groups and re.search(options.cases, walk_cost.CASE):
        yield walk_cost.cost(options.rounds)
    if "start" in options.groups:
        yield from _starts(options)


def chosen_cases(options: argparse.Namespace) -> list[Case]:
    """The cases under load that the options choose. Raises BenchError if the baseline is not a checkout."""
    chosen = [case for group, all_cases in _LOADS.items() if group in options.groups for case in all_cases]
    chosen = [case for case in chosen if re.search(options.cases, case.name)]
    return [case.beside(options.baseline) for case in chosen] if options.baseline else chosen


def _starts(options: argparse.Namespace) -> Iterator[Result]:
    starting = servers.STARTING
    if options.baseline:
        starting = servers.beside(starting, options.baseline)
    if re.search(options.cases, cases.COLD_START):
        yield cold_start(cases.COLD_START, starting, options.rounds)
    if not options.baseline and re.search(options.cases, image.CASE) and image.is_there(options.image):
        yield from image.build_and_start(options.image, options.rounds)


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("groups", nargs="*", choices=_GROUPS, help="default: all")
    parser.add_argument("--cases", default="", help="a regular expression that a case's name contains")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each server in a case, in all its starts")
    parser.add_argument("--seconds", type=float, default=2, help="of a turn")
    parser.add_argument("--starts", type=int, default=3, help="of each server; the rounds are divided among them")
    parser.add_argument("--image", default="", help="the builder for the start of an image")
    parser.add_argument("--baseline", type=_folder, help="another checkout: compare with its servers instead of peers")
    parser.add_argument("--out", type=Path, default=environments.HOME / "results")
    options = parser.parse_args(arguments)
    options.groups = options.groups or list(_GROUPS)  # argparse takes no list as the default of choices
    return options


def _folder(text: str) -> Path:
    return Path(text).resolve()


if __name__ == "__main__":
    sys.exit(main())
