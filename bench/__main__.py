"""python -m bench [rest] [grpc] [start] [costs]: measures, prints the tables and writes them."""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from . import cases, cores, environments, image, report, servers
from .effort import Effort
from .errors import BenchError
from .measurement import cold_start, under_load
from .results import Result

_LOADS = {"rest": cases.REST, "grpc": cases.GRPC, "costs": cases.COSTS}
_GROUPS = (*_LOADS, "start")


def main() -> int:
    """1 where a figure could not be measured; a target that is missed is only printed."""
    options = read_options(sys.argv[1:])
    try:
        environments.require_tools()
        cores.move_aside()
        report.write(list(_results(options)), options.out)
    except BenchError as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    return 0


def _results(options: argparse.Namespace) -> Iterator[Result]:
    effort = Effort(options.rounds, options.seconds)
    chosen = [case for group, all_ in _LOADS.items() if group in options.groups for case in all_]
    chosen = [case for case in chosen if re.search(options.cases, case.name)]
    for _, together in itertools.groupby(chosen, lambda case: (case.servers, case.cores)):
        yield from under_load(list(together), effort)
    if "start" in options.groups:
        yield from _starts(options, effort)


def _starts(options: argparse.Namespace, effort: Effort) -> Iterator[Result]:
    if re.search(options.cases, cases.COLD_START):
        yield cold_start(cases.COLD_START, servers.STARTING, effort)
    if re.search(options.cases, image.CASE) and image.is_there(options.image):
        yield from image.build_and_start(options.image, effort)


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("groups", nargs="*", choices=_GROUPS, help="default: all")
    parser.add_argument("--cases", default="", help="a regular expression that a case's name contains")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--image", default="", help="the builder whose image's start is measured")
    parser.add_argument("--out", type=Path, default=environments.HOME / "results")
    options = parser.parse_args(arguments)
    options.groups = options.groups or list(_GROUPS)  # argparse takes no list for a default beside choices
    return options


if __name__ == "__main__":
    sys.exit(main())
