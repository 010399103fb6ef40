"""What is counted of each unit: for Prometheus under the executor's names, and for the picture of the graph."""

from __future__ import annotations

import statistics
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from seldon_component.errors import CallError

from ..messages import Request
from ..monitoring.family import Cells, Labels
from ..monitoring.views import EXECUTOR_BUCKETS
from ..rest.error_response import status_of
from .node import Node

_RECENT = 10.0  # seconds that the picture tells of
_MOST_RECENT = 4096  # calls of a unit among them
# method -> the path that an executor calls
_SERVICES = {
    "predict": "/predict",
    "transform_input": "/transform-input",
    "transform_output": "/transform-output",
    "route": "/route",
    "aggregate": "/aggregate",
    "send_feedback": "/send-feedback",
}


@dataclass(frozen=True)
class Recent:
    """What a unit did lately. rate, errors: a second. median, p99: in seconds; None without a call."""

    rate: float
    errors: float
    median: float | None
    p99: float | None


class Figures:
    """A Watcher. Safe to use from many threads: a deque and a list are appended to in one step."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._recent: dict[str, deque[tuple[float, float, bool]]] = {
            node.name: deque(maxlen=_MOST_RECENT) for node in nodes
        }
        self._series: dict[Labels, Cells] = {}

    def begin(self, node: Node, request: Request) -> Callable[[CallError | None], None]:
        start = time.perf_counter()

        def end(error: CallError | None) -> None:
            seconds = time.perf_counter() - start
            self._recent[node.name].append((start + seconds, seconds, error is not None))
            self._count(node, request.method, error, seconds)

        return end

    def _count(self, node: Node, method: str, error: CallError | None, seconds: float) -> None:
        code = "200" if error is None else str(status_of(error))
        key = (node.name, method, code)
        cells = self._cells.get(key) or self._new_cells(node, method, code)
        cells[0] += seconds
        cells[1 + bisect_left(EXECUTOR_BUCKETS, seconds)] += 1
