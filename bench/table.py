"""The results as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .results import MEASURES, Result
from .targets import target_of

_BASELINES = ("static", "echo", "one worker", "one by one")
_PEERS = ("seldon-core", "KServe", "MLServer")
_COMPARISONS = ("case", "ours", "figure", "limit, or without", *_PEERS)
_COSTS = ("asked", "bytes in", "separate, ms", "ns a byte", "inline, ms", "ns a byte")


def comparisons(results: Iterable[Result]) -> str:
    """A row for each way of ours, a column for each that it is compared with: `ratio x their figure`."""
    others = (*_BASELINES, *_PEERS)
    rows = [_comparison(result, server) for result in results for server in result.samples if server not in others]
    return _markdown(_COMPARISONS, rows)


def costs(results: Iterable[Result]) -> str:
    """Time against size, for both ways of ours."""
    return _markdown(_COSTS, [_cost(result) for result in results])


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines) + "\n"


def _comparison(result: Result, server: str) -> tuple[str, ...]:
    baseline = next((name for name in _BASELINES if name in result.samples), "")
    figure = f"{_number(result.median(server))} ± {result.spread(server):.0%}"
    ratios = (_ratio(result, server, peer) for peer in (baseline, *_PEERS))
    return (f"{result.case}: {MEASURES[result.measure].unit}", server, figure, *ratios)


def _ratio(result: Result, server: str, peer: str) -> str:
    if peer not in result.samples:
        return ""
    text = f"{result.ratio(server, peer):.2f} x {_number(result.median(peer))}"
    target = target_of(result, server, peer)
    return text if target is None else f"{text}; {target} {'holds' if target.holds(result) else 'MISSED'}"


def _cost(result: Result) -> tuple[str, ...]:
    cells = [result.case, f"{result.asked:,}"]
    for server in ("separate", "inline"):
        milliseconds = result.median(server)
        cells += [_number(milliseconds), _number(milliseconds * 1e6 / result.asked)]
    return tuple(cells)


def _number(value: float) -> str:
    """Three digits or more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
