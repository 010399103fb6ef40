"""python -m bench.simulation [NAME=value ...]: prints the settings, and the cheapest one that keeps the limit.

python -m bench.simulation --check: runs the real server at three points, beside the simulation.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..errors import BenchError
from ..table import markdown
from .figures import COLUMNS, Figures, figures_of
from .options import Options, read_options
from .replica import Replica, Simulation

_SETTINGS = ("MODEL_WORKERS", "BATCH_MAX_SIZE", "BATCH_MAX_DELAY_MS", "MAX_WAITING")


def main(arguments: Sequence[str]) -> int:
    """1 for an option that cannot be used, or if the real server cannot be measured."""
    try:
        if "--check" in arguments:
            from .check import compare  # it needs the tools of the bench

            print(compare())
        else:
            print(report(read_options(arguments)))
    except BenchError as error:
        print(f"make simulate: {error}", file=sys.stderr)
        return 1
    return 0


def report(options: Options) -> str:
    """The table of all settings, and the cheapest one that keeps the limit."""
    arrivals = options.traffic.requests()
    rows, cheapest = [], None
    for replica in options.replicas():
        simulation = Simulation(replica)
        figures = figures_of(simulation.run(arrivals))
        does_hold = holds(figures, options)
        cheapest = cheapest or (replica if does_hold else None)
        rows.append([*_settings(replica), f"{simulation.busy_share:.0%}", *figures.cells(), "yes" if does_hold else ""])
    table = markdown(("workers", "batch", "delay, ms", "MAX_WAITING", "busy", *COLUMNS, "holds"), rows)
    return f"{_conditions(options, len(arrivals))}\n\n{table}\n{_advice(cheapest)}"


def holds(figures: Figures, options: Options) -> bool:
    return figures.p99 <= options.p99_ms and figures.lost <= options.lost


def _settings(replica: Replica) -> list[str]:
    numbers = (replica.workers, replica.batch_max_size, replica.batch_max_delay * 1000, replica.max_waiting)
    return [f"{number:g}" for number in numbers]


def _conditions(options: Options, count: int) -> str:
    return (
        f"{count:,} requests in {options.seconds:g} s: {options.rate:g} a second, and {options.burst:g} times as many "
        f"for {options.burst_seconds:g} s of each {options.burst_every:g} s.\n"
        f"A call takes {options.service_ms:g} ms, and {options.row_ms:g} ms for each row more. "
        f"Limit: p99 <= {options.p99_ms:g} ms, and at most {options.lost:.1%} refused or timed out."
    )


def _advice(cheapest: Replica | None) -> str:
    if cheapest is None:
        return "None of them keeps the limit. Allow more WORKERS, a larger P99_MS, or a lower RATE for each replica."
    words = (f"{name}={text}" for name, text in zip(_SETTINGS, _settings(cheapest), strict=True))
    return f"The cheapest that holds: {' '.join(words)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
