"""python -m bench [rest] [grpc] [start]: measures, prints the table and writes it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from . import environments, table
from .cases import CASES
from .environments import HOME
from .measurement import Effort, measure


def main() -> None:
    options = _options()
    cases = [case for case in CASES if case.group in options.groups and re.search(options.cases, case.name)]
    for peer in sorted({server.peer for case in cases for server in case.servers if server.peer}):
        environments.install(peer)
    results = []
    for case in cases:
        print(f"measuring {case.name}", file=sys.stderr)
        results += measure(case, Effort(options.rounds, options.seconds))
    print(table.markdown(results))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "results.json").write_text(json.dumps([result.to_json() for result in results], indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("groups", nargs="*", default=["rest", "grpc", "start"])
    parser.add_argument("--cases", default="", help="a regular expression that a case's name contains")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--out", type=Path, default=HOME / "results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
