"""The results as one Markdown table: a row for each way of ours, a column for each that it is compared with."""

from __future__ import annotations

from .results import MEASURES, Result
from .targets import target_of

_BASELINES = ("static", "echo", "one worker", "one by one")
_PEERS = ("seldon-core", "KServe", "MLServer")
_HEADER = ("case", "ours", "figure", "limit, or without", *_PEERS)


def markdown(results: list[Result]) -> str:
    rows = [_HEADER, ("---",) * len(_HEADER)]
    for result in results:
        rows += [_row(result, server) for server in result.samples if server not in (*_BASELINES, *_PEERS)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def _row(result: Result, server: str) -> tuple[str, ...]:
    baseline = next((name for name in _BASELINES if name in result.samples), "")
    return (
        f"{result.case}: {MEASURES[result.measure].unit}",
        server,
        _figure(result, server),
        *(_comparison(result, server, peer) for peer in (baseline, *_PEERS)),
    )


def _figure(result: Result, server: str) -> str:
    return f"{_number(result.median(server))} ± {result.spread(server):.0%}"


def _comparison(result: Result, server: str, peer: str) -> str:
    if peer not in result.samples:
        return ""
    text = f"{result.ratio(server, peer):.2f} x {_number(result.median(peer))}"
    target = target_of(result, server, peer)
    return text if target is None else f"{text}; {target} {'holds' if target.holds(result) else 'MISSED'}"


def _number(value: float) -> str:
    """Three digits or more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
