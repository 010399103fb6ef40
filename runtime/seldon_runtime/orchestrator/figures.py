"""What is counted of each unit: for Prometheus under the orchestrators' names, and for the picture of the graph."""

from __future__ import annotations

import math
import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from seldon_component.errors import CallError
from seldon_component.payload import Feedback

from ..config.settings import parts_of_image
from ..messages import Request
from ..monitoring.family import Cells, Labels
from ..monitoring.names import label_value
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
    """labels: of its series. calls: the last ones, as (end, seconds, has failed). times: (method, code) -> its cells.

    feedback: how many, the sum of the rewards, and that of the negative ones without their sign; None: it gets none.
    """

    labels: Labels
    feedback: list[float] | None
    calls: deque[tuple[float, float, bool]] = field(default_factory=lambda: deque(maxlen=_MOST_RECENT))
    times: dict[tuple[str, str], Cells] = field(default_factory=dict)


class Figures:
    """A Watcher. Safe to use from many threads."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._units = {
            node.name: _OfUnit(_labels_of(node), [0.0] * 3 if "send_feedback" in node.methods else None)
            for node in nodes
        }
        self._lock = threading.Lock()

    def begin(self, node: Node, request: Request) -> Callable[[CallError | None], None]:
        start, unit, method = time.monotonic(), self._units[node.name], request.method
        if isinstance(request.content, Feedback) and unit.feedback:
            self._count_feedback(unit.feedback, float(request.content.reward))

        def end(error: CallError | None) -> None:
            now = time.monotonic()
            unit.calls.append((now, now - start, error is not None))
            code = "200" if error is None else str(status_of(error))
            with self._lock:
                cells = unit.times.get((method, code))
                if cells is None:
                    cells = unit.times[method, code] = [0.0] * (len(EXECUTOR_BUCKETS) + 2)
                cells[0] += now - start
                cells[1 + bisect_left(EXECUTOR_BUCKETS, now - start)] += 1

        return end

    def _count_feedback(self, counts: list[float], reward: float) -> None:
        with self._lock:
            counts[0] += 1
            if math.isfinite(reward):
                counts[2 if reward < 0 else 1] += abs(reward)

    def client_times(self) -> Mapping[Labels, Cells]:
        """Of `seldon_api_executor_client_requests_seconds`: a request to a unit, which all of them get as a POST."""
        with self._lock:
            return {
                _sorted((*unit.labels, *_labels_of_call(method, code))): list(cells)
                for unit in self._units.values()
                for (method, code), cells in unit.times.items()
            }

    def feedback(self, number: int) -> Mapping[Labels, Cells]:
        """Of each unit that learns. number: 0 for how many, 1 for the rewards, 2 for the negative ones."""
        with self._lock:
            return {unit.labels: [unit.feedback[number]] for unit in self._units.values() if unit.feedback}

    def recent(self, name: str) -> Recent:
        """Of one unit."""
        begun = time.monotonic() - _RECENT
        calls = [call for call in list(self._units[name].calls) if call[0] >= begun]
        if not calls:
            return Recent()
        seconds = sorted(call[1] for call in calls)
        failures = sum(call[2] for call in calls)
        span = _RECENT if len(calls) < _MOST_RECENT else max(time.monotonic() - calls[0][0], 1e-3)
        return Recent(
            len(calls) / span,
            failures / span,
            seconds[len(seconds) // 2],
            seconds[min(int(0.99 * len(seconds)), len(seconds) - 1)],
        )


def _labels_of(node: Node) -> Labels:
    """The names of a unit, as the executor has them. A unit at an address has no image."""
    image, version = parts_of_image("" if "://" in node.place else node.place)
    named = (("model_name", node.name), ("model_image", image), ("model_version", version))
    return _sorted((name, label_value(value)) for name, value in named if value)


def _labels_of_call(method: str, code: str) -> Labels:
    return ("code", code), ("status", code), ("method", "post"), ("service", PATHS[method])


def _sorted(labels: Iterable[tuple[str, str]]) -> Labels:
    return tuple(sorted(labels))
