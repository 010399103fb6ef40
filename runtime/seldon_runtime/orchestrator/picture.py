"""The graph as an SVG picture: its units as boxes, each with what it did lately."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .figures import Figures
from .node import Node

_WIDTH, _HEIGHT = 244, 92  # of a box
_GAP_X, _GAP_Y = 64, 20  # between boxes
_MARGIN = 16
_MOST_ROWS_ABOVE = 1.5  # a parent of many children stands so far below the first one, to be seen without scrolling
_LONGEST_NAME, _LONGEST_LINE = 22, 31  # characters that fit into a box
STYLE = (
    "svg{--card:#fff;--ink:#16202b;--soft:#566373;--line:#9aa7b4;--bad:#b3261e;--bad-card:#fdf1f0;--wait:#8a5a00}"
    "@media (prefers-color-scheme:dark){svg{--card:#19222b;--ink:#e6edf3;--soft:#9aa9b8;--line:#4a5a69;"
    "--bad:#ff8a80;--bad-card:#2e1c1c;--wait:#f0c04f}}"
    "svg text{font:13px system-ui,'Segoe UI',sans-serif;fill:var(--ink)}svg .name{font-size:14px;font-weight:600}"
    "svg .dim{fill:var(--soft)}svg rect{fill:var(--card);stroke:var(--line);stroke-width:1.5}"
    "svg .failing rect{stroke:var(--bad);fill:var(--bad-card)}svg .failing .errors{fill:var(--bad)}"
    "svg .away rect{stroke:var(--wait);stroke-dasharray:6 4}svg .away .state{fill:var(--wait);font-weight:600}"
    "svg path{fill:none;stroke:var(--line);stroke-width:1.5}"
)


def svg(root: Node, figures: Figures, style: str = STYLE) -> str:
    """The picture. The root stands on the left; children stand on the right of their parent, one below the other.

    style: "" inside a page that has it already.
    """
    rows = _rows_of(root)
    drawn = "".join(_drawn(root, figures, 0, 0.0, rows))
    width = 2 * _MARGIN + _depth(root) * (_WIDTH + _GAP_X) - _GAP_X
    height = 2 * _MARGIN + rows * (_HEIGHT + _GAP_Y) - _GAP_Y
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>{_text(root.name)} and the units below it</title>'
        f"{f'<style>{style}</style>' if style else ''}{drawn}</svg>"
    )


def _rows_of(node: Node) -> int:
    """How many boxes stand one below the other at the widest place below a node."""
    return max(1, sum(map(_rows_of, node.children)))


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.children), default=0)


def _drawn(node: Node, figures: Figures, column: int, first: float, rows: int) -> Iterator[str]:
    """The box of a node, and all below it, in `rows` rows from the row `first` on."""
    x, y = _MARGIN + column * (_WIDTH + _GAP_X), _middle(first, rows)
    row = first
    for number, child in enumerate(node.children):
        count = _rows_of(child)
        to = _middle(row, count) + _HEIGHT / 2
        yield _line(x + _WIDTH, y + _HEIGHT / 2, to)
        if "route" in node.methods:
            yield f'<text class="dim" x="{x + _WIDTH + _GAP_X - 14:g}" y="{to - 6:g}">{number}</text>'
        yield from _drawn(child, figures, column + 1, row, count)
        row += count
    yield _box(node, figures, x, y)


def _middle(first: float, rows: int) -> float:
    """Where a box begins that stands in the middle of these rows, or near their first one if there are many."""
    return _MARGIN + (first + min((rows - 1) / 2, _MOST_ROWS_ABOVE)) * (_HEIGHT + _GAP_Y)


def _line(x: float, y: float, to: float) -> str:
    half = x + _GAP_X / 2
    return f'<path d="M{x:g} {y:g}C{half:g} {y:g} {half:g} {to:g} {x + _GAP_X:g} {to:g}"/>'


def _box(node: Node, figures: Figures, x: float, y: float) -> str:
    recent, is_ready = figures.recent(node.name), node.model.ready
    classes = f"{'failing ' if recent.errors else ''}{'' if is_ready else 'away'}".strip()
    times = f"median {_ms(recent.median)}, p99 {_ms(recent.p99)}" if recent.rate else "no request lately"
    lines = (
        ("name", _cut(node.name, _LONGEST_NAME)),
        ("dim", _cut(", ".join(sorted(node.methods)) or "passes on", _LONGEST_LINE)),
        ("errors", f"{_rate(recent.rate)} requests/s, {_rate(recent.errors)} errors/s"),
        ("state", times if is_ready else "not ready"),
    )
    texts = "".join(
        f'<text class="{name}" x="{x + 12:g}" y="{y + 22 + 19 * number:g}">{_text(text)}</text>'
        for number, (name, text) in enumerate(lines)
    )
    facts = [node.name, node.place or "built in", ", ".join(sorted(node.methods))]
    tip = _text("\n".join(fact for fact in facts if fact))
    shape = f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>'
    return f'<g class="{classes}" data-unit="{_text(node.name)}"><title>{tip}</title>{shape}{texts}</g>'


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _rate(number: float) -> str:
    """Of a second: few digits, and no exponent."""
    if number >= 10_000:
        return f"{number / 1000:.0f}k"
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def _ms(seconds: float | None) -> str:
    milliseconds = (seconds or 0.0) * 1000
    digits = 0 if milliseconds >= 100 else 1 if milliseconds >= 10 else 2
    return f"{milliseconds:.{digits}f} ms"


def _text(text: str) -> str:
    """Text that any XML may have: no control character, and no part of markup."""
    return escape("".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text))
