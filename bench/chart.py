"""The chart of the README, as SVG: the requests a second of each server, as a multiple of seldon-core's.

Each panel has a scale for its servers. The bar of a limit that is longer than the scale fades out.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .results import Result

_PANELS = {
    "REST small, 16 connections": "REST, 1 x 11",
    "REST medium, 16 connections": "REST, 100 x 100",
    "REST large, 1 connection": "REST, 1000 x 1000",
    "gRPC small, 16 connections": "gRPC, 1 x 11",
    "gRPC medium, 16 connections": "gRPC, 100 x 100",
    "gRPC large, 1 connection": "gRPC, 1000 x 1000",
}
_UNIT = "seldon-core"
# server -> its label and the class of its colour, in the order of the bars
_BARS = {
    "seldon-core": ("seldon-core 1.18.2", "peer"),
    "MLServer": ("MLServer 1.7.1", "peer"),
    "KServe": ("KServe 0.21", "peer"),
    "separate": ("separate (default)", "ours"),
    "inline": ("inline", "ours"),
    "static": ("limit: static response", "limit"),
    "echo": ("limit: echo", "limit"),
}
_COLUMNS, _PANEL_WIDTH, _LABEL_WIDTH, _BAR_WIDTH = 3, 310, 122, 130
_LINE, _BAR, _TOP, _TITLE = 20, 13, 40, 26
_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 } .heading { font-size: 14px; font-weight: 600 } .label, .value { font-size: 11px }
.label { text-anchor: end }
.ours { fill: #0969da } .peer { fill: #8c959f } .limit { fill: #d0d7de } .beyond { fill: url(#fading) }
stop { stop-color: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .ours { fill: #4493f8 } .peer { fill: #6e7681 } .limit { fill: #3d444d }
  stop { stop-color: #3d444d }
}"""
_FADING = '<linearGradient id="fading"><stop offset="0.7"/><stop offset="1" stop-opacity="0"/></linearGradient>'


def svg(results: list[Result]) -> str:
    """A panel for each measured case."""
    rates = {result.case: result for result in results if result.measure == "rate"}
    panels = [(title, rates[case]) for case, title in _PANELS.items() if case in rates]
    rows = [panels[start : start + _COLUMNS] for start in range(0, len(panels), _COLUMNS)]
    body, top = [], _TOP
    for row in rows:
        for column, (title, result) in enumerate(row):
            body += [f'<g transform="translate({column * _PANEL_WIDTH} {top})">', *_panel(title, result), "</g>"]
        top += _TITLE + _LINE * max(len(result.samples) for _, result in row)
    width = _COLUMNS * _PANEL_WIDTH
    heading = f'<text class="heading" x="8" y="20">Requests a second on one core, as a multiple of {_UNIT}\'s</text>'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" height="{top}">'
    return "\n".join([opening, f"<style>{_STYLE}</style>", _FADING, heading, *body, "</svg>"]) + "\n"


def _panel(title: str, result: Result) -> Iterator[str]:
    yield f'<text class="title" x="{_LABEL_WIDTH}" y="12">{escape(title)}</text>'
    servers = [server for server in _BARS if server in result.samples]
    largest = max(result.median(server) for server in servers if _BARS[server][1] != "limit")
    for line, server in enumerate(servers):
        label, color = _BARS[server]
        y, length = _TITLE + line * _LINE, result.median(server) / largest * _BAR_WIDTH
        if length > _BAR_WIDTH:
            length, color = _BAR_WIDTH, "beyond"
        yield f'<text class="label" x="{_LABEL_WIDTH - 6}" y="{y + 4}">{escape(label)}</text>'
        yield f'<rect class="{color}" x="{_LABEL_WIDTH}" y="{y - 6}" width="{length:.1f}" height="{_BAR}" rx="2"/>'
        x = _LABEL_WIDTH + length + 5
        yield f'<text class="value" x="{x:.1f}" y="{y + 4}">{_times(result.ratio(server, _UNIT))}</text>'


def _times(ratio: float) -> str:
    return f"{ratio:.0f}x" if ratio >= 10 else f"{ratio:.1f}x"
