"""The graph as an SVG picture: its units as boxes, each with what it did lately."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .figures import Figures
from .node import Node

_WIDTH, _HEIGHT = 216, 88  # of a box
_GAP_X, _GAP_Y = 56, 20  # between boxes
_MARGIN = 16
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2933}.name{font-weight:600}.dim{fill:#616e7c}"
    "rect{fill:#fff;stroke:#9aa5b1;stroke-width:1.5}.failing rect{stroke:#c81e1e;fill:#fff5f5}"
    ".away rect{stroke-dasharray:5 4}path{fill:none;stroke:#9aa5b1;stroke-width:1.5}"
)


def svg(root: Node, figures: Figures) -> str:
    """The picture. The root stands on the left; children stand on the right of their parent, one below the other."""
    rows = _rows_of(root)
    drawn = "".join(_drawn(root, figures, 0, 0.0, rows))
    width = 2 * _MARGIN + _depth(root) * (_WIDTH + _GAP_X) - _GAP_X
    height = 2 * _MARGIN + rows * (_HEIGHT + _GAP_Y) - _GAP_Y
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>{escape(root.name)} and the units below it</title><style>{_STYLE}</style>{drawn}</svg>'
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
    for child in node.children:
        count = _rows_of(child)
        yield _line(x + _WIDTH, y + _HEIGHT / 2, _middle(row, count) + _HEIGHT / 2)
        yield from _drawn(child, figures, column + 1, row, count)
        row += count
    yield _box(node, figures, x, y)


def _middle(first: float, rows: int) -> float:
    """Where a box begins that stands in the middle of these rows."""
    return _MARGIN + (first + (rows - 1) / 2) * (_HEIGHT + _GAP_Y)


def _line(x: float, y: float, to: float) -> str:
    half = x + _GAP_X / 2
    return f'<path d="M{x:g} {y:g}C{half:g} {y:g} {half:g} {to:g} {x + _GAP_X:g} {to:g}"/>'


def _box(node: Node, figures: Figures, x: float, y: float) -> str:
    recent = figures.recent(node.name)
    classes = f"{'failing ' if recent.errors else ''}{'' if node.model.ready else 'away'}".strip()
    lines = (
        ("name", node.name),
        ("dim", ", ".join(sorted(node.methods)) or "passes on"),
        ("", f"{recent.rate:.3g}/s, {recent.errors:.3g} errors/s"),
        ("", "no request lately" if recent.median is None else f"{_ms(recent.median)}, p99 {_ms(recent.p99)}"),
    )
    texts = "".join(
        f'<text class="{name}" x="{x + 12:g}" y="{y + 20 + 19 * number:g}">{escape(text[:34])}</text>'
        for number, (name, text) in enumerate(lines)
    )
    tip = escape(f"{node.name}: {node.place}" if node.model.ready else f"{node.name}: {node.place}, not ready")
    shape = f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>'
    return f'<g class="{classes}"><title>{tip}</title>{shape}{texts}</g>'


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.3g} ms"
