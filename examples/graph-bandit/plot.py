"""Draws the share of each branch among the last requests, as an SVG picture.

    python plot.py answers.csv shares.svg
"""

import csv
import sys
from html import escape

LAST = 50  # requests that a point tells of
WIDTH, HEIGHT, LEFT, TOP = 640, 280, 56, 40  # the field of the lines, and its place
COLOURS = ("#c2410c", "#1d4ed8", "#15803d", "#7e22ce")
STYLE = "text{font:13px system-ui,sans-serif;fill:#1f2933}path{fill:none;stroke-width:2}line{stroke:#d5dbe1}"


def shares(branches):
    """branch -> its share, from 0 to 1, among the last requests after each one."""
    found = {name: [] for name in sorted(set(branches))}
    for number in range(1, len(branches) + 1):
        last = branches[max(number - LAST, 0) : number]
        for name, line in found.items():
            line.append(last.count(name) / len(last))
    return found


def picture(lines):
    """lines: as `shares` gives them."""
    count = max(len(line) for line in lines.values())
    parts = [_level(percent) for percent in (0, 25, 50, 75, 100)]
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{_x(index + 1, count):.1f},{_y(share):.1f}" for index, share in enumerate(line))
        parts.append(f'<path stroke="{colour}" d="M{points}"/>')
        parts.append(_text(LEFT + WIDTH + 8, _y(line[-1]) + 4, f"{name} {line[-1]:.0%}", colour))
    parts.append(_text(LEFT, 20, f"Share of each branch among the last {LAST} requests"))
    parts.append(_text(LEFT, TOP + HEIGHT + 24, "request 1"))
    parts.append(_text(LEFT + WIDTH - 24, TOP + HEIGHT + 24, str(count)))
    width, height = LEFT + WIDTH + 110, TOP + HEIGHT + 40
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return f"{head}<style>{STYLE}</style>{''.join(parts)}</svg>\n"


def _x(request, count):
    return LEFT + WIDTH * (request - 1) / max(count - 1, 1)


def _y(share):
    return TOP + HEIGHT * (1 - share)


def _level(percent):
    y = _y(percent / 100)
    line = f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + _text(LEFT - 48, y + 4, f"{percent}%")


def _text(x, y, text, colour="#1f2933"):
    return f'<text x="{x:.0f}" y="{y:.0f}" style="fill:{colour}">{escape(text)}</text>'


def main(source, target):
    with open(source, encoding="utf-8") as rows:
        branches = [row["branch"] for row in csv.DictReader(rows)]
    with open(target, "w", encoding="utf-8") as output:
        output.write(picture(shares(branches)))


if __name__ == "__main__":
    main(*sys.argv[1:])
