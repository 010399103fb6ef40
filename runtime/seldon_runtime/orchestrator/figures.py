"""What is counted of each unit: for Prometheus under the executor's names, and for the picture of the graph."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from seldon_component.errors import CallError

from ..messages import Request
from ..monitoring.family import Cells, Labels
from ..monitoring.views import EXECUTOR_BUCKETS
from ..rest.error_response import status_of
from .node import Node
from .paths import PATHS

_RECENT = 10.0  # seconds that the picture tells of
_MOST_RECENT = 4096  # calls of a unit among them


@dataclass(frozen=True)
class Recent:
    """What a unit did lately. rate, errors: a second. median, p99: in seconds; None without a call."""

    rate: float = 0.0
    errors: float = 0.0
    median: float | None = None
    p99: float | None = None


@dataclass
class _OfUnit:
    """calls: the last ones, as (end, seconds, has failed). series: (method, code) -> its cells."""

    calls: deque[tuple[float, float, bool]] = field(default_factory=lambda: deque(maxlen=_MOST_RECENT))
    series: dict[tuple[str, str], Cells] = field(default_factory=dict)


class Figures:
    """A Watcher. Safe to use from many threads."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._units = {node.name: _OfUnit() for node in nodes}
        self._lock = threading.Lock()

    def begin(self, node: Node, request: Request) -> Callable[[CallError | None], None]:
        start, unit, method = time.monotonic(), self._units[node.name], request.method

        def end(error: CallError | None) -> None:
            now = time.monotonic()
            unit.calls.append((now, now - start, error is not None))
            code = "200" if error is None else str(status_of(error))
            with self._lock:
                cells = unit.series.get((method, code))
                if cells is None:
                    cells = unit.series[method, code] = [0.0] * (len(EXECUTOR_BUCKETS) + 2)
                cells[0] += now - start
                cells[1 + bisect_left(EXECUTOR_BUCKETS, now - start)] += 1

        return end

    def series(self) -> Mapping[Labels, Cells]:
        """Of `seldon_api_executor_client_requests_seconds`."""
        with self._lock:
            return {
                (("code", code), ("method", "post"), ("model_name", name), ("service", PATHS[method])): list(cells)
                for name, unit in self._units.items()
                for (method, code), cells in unit.series.items()
            }

    def recent(self, name: str) -> Recent:
        """Of one unit."""
        begun = time.monotonic() - _RECENT
        calls = [call for call in list(self._units[name].calls) if call[0] >= begun]
        if not calls:
            return Recent()
        seconds = sorted(call[1] for call in calls)
        failures = sum(call[2] for call in calls)
        return Recent(
            len(calls) / _RECENT,
            failures / _RECENT,
            seconds[len(seconds) // 2],
            seconds[min(int(0.99 * len(seconds)), len(seconds) - 1)],
        )
