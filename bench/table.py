"""Formats the results as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .results import MEASURES, Result
from .servers import baseline_of
from .targets import Target, no_loss, target_of

_LIMITS = ("static", "echo", "one worker", "one by one", "four servers", "allowed")
_PEERS = ("seldon-core", "KServe", "MLServer")
_COMPARISONS = ("case", "ours", "figure", "limit, or without", *_PEERS)
_COSTS = ("request", "bytes", "separate, ms", "ns a byte", "inline, ms", "ns a byte")
_CHECKOUTS = ("case", "ours", "this checkout", "baseline", "ratio")


def comparisons(results: Iterable[Result]) -> str:
    """A row for each of our servers, a column for each other server: `ratio x its figure`."""
    rows = [_comparison(result, server) for result in results for server in result.samples if _is_ours(result, server)]
    return markdown(_COMPARISONS, rows)


def against_baseline(results: Iterable[Result]) -> str:
    """A row for each of our servers, with its figure, the one of the other checkout and the ratio of the two."""
    rows = [
        _checkouts(result, server, baseline_of(server))
        for result in results
        for server in result.samples
        if baseline_of(server) in result.samples
    ]
    return markdown(_CHECKOUTS, rows)


def limit_of(result: Result) -> str:
    """The limit, or our server without the feature, to which a result compares the others; "" for none."""
    return next((name for name in _LIMITS if name in result.samples), "")


def costs(results: Iterable[Result]) -> str:
    """Time against size, for both of our servers."""
    return markdown(_COSTS, [_cost(result) for result in results])


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns are padded to one width."""
    lines = [header, ["---"] * len(header), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines) + "\n"


def _is_ours(result: Result, server: str) -> bool:
    """Whether it is a server of this checkout, with a figure that is compared."""
    return server not in (*_LIMITS, *_PEERS, *map(baseline_of, result.samples))


def _comparison(result: Result, server: str) -> tuple[str, ...]:
    ratios = (_ratio(result, server, peer) for peer in (limit_of(result), *_PEERS))
    return (_title(result), server, _figure(result, server), *ratios)


def _checkouts(result: Result, server: str, baseline: str) -> tuple[str, ...]:
    figures = (_figure(result, name) for name in (server, baseline))
    ratio = f"{result.ratio(server, baseline):.3f}; {_outcome(result, no_loss(result, server, baseline))}"
    return (_title(result), server, *figures, ratio)


def _title(result: Result) -> str:
    return f"{result.case}: {MEASURES[result.measure].unit}"


def _figure(result: Result, server: str) -> str:
    return f"{_number(result.median(server))} ± {result.spread(server):.0%}"


def _outcome(result: Result, target: Target) -> str:
    return f"{target} {'holds' if target.holds(result) else 'MISSED'}"


def _ratio(result: Result, server: str, peer: str) -> str:
    if peer not in result.samples:
        return ""
    text = f"{result.ratio(server, peer):.2f} x {_number(result.median(peer))}"
    target = target_of(result, server, peer)
    return text if target is None else f"{text}; {_outcome(result, target)}"


def _cost(result: Result) -> tuple[str, ...]:
    cells = [result.case, f"{result.request_bytes:,}"]
    for server in ("separate", "inline"):
        milliseconds = result.median(server)
        cells += [_number(milliseconds), _number(milliseconds * 1e6 / result.request_bytes)]
    return tuple(cells)


def _number(value: float) -> str:
    """At least three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
