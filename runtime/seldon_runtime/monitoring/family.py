"""All series of one name."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Labels = tuple[tuple[str, str], ...]
Cells = list[float]

# type -> the suffixes of its samples' names, in both text formats; no two families may share a name
SUFFIXES = {
    "COUNTER": ("", "_total", "_created"),
    "GAUGE": ("",),
    "TIMER": ("", "_bucket", "_sum", "_count", "_created"),
}


class Exemplar(NamedTuple):
    """A request that is in a bucket. time: of the system's clock, in seconds."""

    trace_id: str
    value: float
    time: float


class Sample(NamedTuple):
    """A line of the text format."""

    name: str
    labels: dict[str, str]
    value: float
    exemplar: Exemplar | None = None


@dataclass
class Family:
    """A series: its value; of a TIMER the sum, then a count for each of `bounds`, and one for what is above them.

    exemplars: of a TIMER's bucket, by its labels and number. labels: which of the component's names it has; None: all.
    """

    name: str
    kind: str
    help: str
    bounds: tuple[float, ...]
    series: Mapping[Labels, Cells] = field(default_factory=dict)
    exemplars: dict[tuple[Labels, int], Exemplar] = field(default_factory=dict)
    labels: tuple[str, ...] | None = None

    def cells(self, labels: Labels) -> Cells:
        """The series with these labels; a new one begins with 0."""
        cells = self.series.get(labels)
        if cells is None:
            assert isinstance(self.series, dict)
            cells = self.series[labels] = self.new_cells()
        return cells

    def new_cells(self) -> Cells:
        """A series of nothing."""
        return [0.0] * (2 + len(self.bounds) if self.kind == "TIMER" else 1)

    def update(self, labels: Labels, value: float) -> None:
        """Add the value to a COUNTER, set a GAUGE, or count a TIMER's seconds in their bucket."""
        cells = self.cells(labels)
        cells[0] = value if self.kind == "GAUGE" else cells[0] + value
        if self.kind == "TIMER":
            cells[1 + bisect.bisect_left(self.bounds, value)] += 1

    def note_exemplar(self, labels: Labels, exemplar: Exemplar) -> None:
        """The last request of its bucket; of a TIMER."""
        self.exemplars[labels, bisect.bisect_left(self.bounds, exemplar.value)] = exemplar

    def samples(self) -> Iterator[Sample]:
        """One for each line of the text format."""
        for labels, cells in list(self.series.items()):
            if self.kind == "TIMER":
                yield from self._histogram(labels, cells)
            else:
                yield Sample(self.name + ("_total" if self.kind == "COUNTER" else ""), dict(labels), cells[0])

    def _histogram(self, labels: Labels, cells: Cells) -> Iterator[Sample]:
        total = 0.0
        for number, count in enumerate(cells[1:]):
            total += count
            bound = str(float(self.bounds[number])) if number < len(self.bounds) else "+Inf"
            exemplar = self.exemplars.get((labels, number))
            yield Sample(self.name + "_bucket", {**dict(labels), "le": bound}, total, exemplar)
        yield Sample(self.name + "_count", dict(labels), total)
        yield Sample(self.name + "_sum", dict(labels), cells[0])
