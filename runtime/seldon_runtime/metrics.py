"""What Prometheus reads: the component's own metrics, its calls, its restarts and its readiness.

The names of Seldon Core 1.x are kept, because dashboards use them. A custom metric is exposed under its key: a COUNTER
with the suffix `_total`, a TIMER (milliseconds on the wire) as a histogram in seconds. Feedback is counted in
`seldon_api_model_feedback_total`, and `seldon_api_model_feedback_reward_total` adds up the rewards. A counter never
falls, so negative rewards have `seldon_api_model_feedback_negative_reward_total`, without their sign. All metrics have
the labels deployment_name, predictor_name, predictor_version, model_name, model_image and model_version, if they are
set (docs/protocol.md, "Metrics").

A metric must never make a request fail. Therefore:
- One key may have different tags. Each set of tags is a series of its own. An empty tag is the same as no tag.
- A key keeps its first type. The same key with another type is left out, and so is a name that is taken already.
- A character that a name must not have becomes `_`. A tag with the name of a label above is left out.
- A counter or timer leaves out NaN and infinity, and negative numbers, which strict scrapers refuse.
- After SERIES_LIMIT series a new one is left out, so that a tag with a new value in each request fills no memory.
  So is one whose key and tags have more than TEXT_LIMIT characters.
What is left out is logged once.
"""

from __future__ import annotations

import functools
import logging
import math
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .config.settings import Settings
from .monitoring.drops import DropCounts
from .monitoring.family import SUFFIXES, Cells, Exemplar, Family, Labels
from .monitoring.names import identity, label_name, label_value, metric_name
from .monitoring.responses import ResponseCounts, RouteOf
from .monitoring.views import Views

if TYPE_CHECKING:
    from prometheus_client import Metric
    from prometheus_client.samples import Exemplar as OpenMetricsExemplar

log = logging.getLogger(__name__)

SERIES_LIMIT = 10_000
TEXT_LIMIT = 2_000
_FULL = f"new series of metrics are left out: there are {SERIES_LIMIT} already"
_REMARKS_LIMIT = 100
_PROMETHEUS_TYPES = {"COUNTER": "counter", "GAUGE": "gauge", "TIMER": "histogram"}

_OF_CALLS = (
    (
        "COUNTER",
        "seldon_api_model_requests",
        "Calls of the component by method and status: SUCCESS or the error's reason.",
    ),
    ("TIMER", "seldon_api_model_requests_seconds", "Time from a call of the component to its response."),
)
OF_FEEDBACK = (
    ("seldon_api_model_feedback", "Feedback messages."),
    ("seldon_api_model_feedback_reward", "Sum of the feedback's rewards that are not negative."),
    ("seldon_api_model_feedback_negative_reward", "Sum of the feedback's negative rewards, without their sign."),
)
_DROPPED = (
    "COUNTER",
    "seldon_api_server_requests_dropped",
    "Requests that got no response of the class, by reason.",
)


class Metrics:
    """The metrics of one server. Safe to use from many threads."""

    def __init__(self, settings: Settings) -> None:
        self._identity = identity(settings)
        self._bounds = settings.metrics.buckets
        self._lock = threading.Lock()
        self._families: dict[str, Family] = {}
        self._taken: set[str] = set()
        self._followed: list[tuple[Family, Callable[[], Mapping[Labels, Cells]]]] = []
        self._remarks: set[str] = set()
        self._calls: dict[tuple[str, str], tuple[Cells, Cells]] = {}  # method, status -> the count, and the times
        self.views = Views(settings.metrics)
        self.drops = DropCounts()
        self._requests, self._seconds = [self._own(*family) for family in _OF_CALLS]
        feedback = [self._own("COUNTER", name, meaning) for name, meaning in OF_FEEDBACK]
        self._feedback, self._reward, self._negative_reward = feedback
        for family in feedback:
            family.update((), 0.0)
        for view in self.views.families():
            self.follow_series(*view)
        self.follow_series(*_DROPPED, self.drops.series)

    def responses(self, api: str, route_of: RouteOf) -> ResponseCounts:
        """New counts for the responses of one API, REST or GRPC."""
        return self.views.add(api, route_of)

    def batch_rows(self, most: int) -> Callable[[int], None]:
        """A new histogram of the rows of a call. The function counts one; it is not called by two threads at a time."""
        family = self._own("TIMER", "seldon_api_model_batch_rows", "Rows of one call of predict, with BATCH_MAX_SIZE.")
        family.bounds = tuple(sorted({float(most), *(float(2**power) for power in range(16) if 2**power < most)}))
        family.cells(())
        return functools.partial(family.update, ())

    def record_call(self, method: str, status: str, seconds: float, trace_id: str | None = None) -> None:
        """Count one call of the component. status: SUCCESS, or the reason of its error.

        trace_id: of its trace, if that is sampled. The bucket of the call's time then names it, in OpenMetrics.
        """
        with self._lock:
            count, times = self._calls.get((method, status)) or self._new_call(method, status)
            count[0] += 1.0
            times[0] += seconds
            times[bisect_left(self._bounds, seconds) + 1] += 1.0
            if trace_id is not None:
                self._seconds.note_exemplar((("method", method),), Exemplar(trace_id, seconds, time.time()))

    def record_feedback(self, reward: float) -> None:
        """Count one feedback, even if the component does not use it."""
        value = float(reward)
        with self._lock:
            self._update(self._feedback, (), 1.0)
            if math.isfinite(value):
                self._update(self._negative_reward if value < 0 else self._reward, (), abs(value))
            else:
                self._remark(f"a reward of {value} was left out of the metrics")

    def record_custom(self, method: str, metrics: list[dict[str, Any]]) -> None:
        """Record the metrics of a response (docs/protocol.md, "Metrics"). Raises nothing."""
        for metric in metrics:
            try:
                self._record_custom(method, metric)
            except Exception as error:  # nothing has checked what a raw hook returns
                self._remark(f"a metric that cannot be exposed was left out: {metric!r:.200} ({error})")

    def follow(self, kind: str, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Expose the value that `read` returns at the time of the scrape."""
        self.follow_series(kind, name, meaning, lambda: {(): [float(read())]})

    def follow_series(
        self,
        kind: str,
        name: str,
        meaning: str,
        read: Callable[[], Mapping[Labels, Cells]],
        bounds: tuple[float, ...] = (),
        labels: tuple[str, ...] | None = None,
    ) -> None:
        """Expose the series that `read` returns at the time of the scrape. bounds, labels: see `Family`."""
        family = self._own(kind, name, meaning)
        family.bounds, family.labels = bounds, labels
        self._followed.append((family, read))

    def expose(self, accept: str) -> tuple[bytes, str]:
        """(body, content type) in the text format that the Accept header prefers."""
        # imported here, because a server that nobody scrapes does not need it
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import choose_encoder

        encode, content_type = choose_encoder(accept)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return encode(registry), content_type

    def collect(self) -> Iterator[Metric]:
        """The families, for prometheus_client."""
        from prometheus_client import Metric

        with self._lock:
            for followed, read in self._followed:
                followed.series = read()
            families = [(family, list(family.samples())) for family in self._families.values()]
        for family, samples in families:
            exposed = Metric(family.name, family.help, _PROMETHEUS_TYPES[family.kind])
            own = {name: self._identity[name] for name in family.labels or self._identity if name in self._identity}
            for name, labels, value, exemplar in samples:
                exposed.add_sample(name, {**labels, **own}, value, exemplar=_openmetrics(exemplar))
            yield exposed

    def _own(self, kind: str, name: str, meaning: str) -> Family:
        family = self._family(kind, name, meaning)
        assert family is not None
        return family

    def _record_custom(self, method: str, metric: dict[str, Any]) -> None:
        kind, value = metric.get("type", "COUNTER"), float(metric["value"])
        if kind != "GAUGE" and not math.isfinite(value):
            return self._remark(f"metric '{metric['key']}': {value} was left out")
        if kind != "GAUGE" and value < 0:
            return self._remark(f"metric '{metric['key']}': expected a number that is not negative, found {value}")
        tags = metric.get("tags") or {}
        if len(metric["key"]) + sum(len(tag) + len(str(text)) for tag, text in tags.items()) > TEXT_LIMIT:
            return self._remark(f"metric '{metric['key']:.60}' was left out: its key and tags are too long")
        labels, name = self._labels({"method": method, **tags}), metric_name(metric["key"], kind)
        with self._lock:
            if name not in self._families and len(self._families) >= SERIES_LIMIT:
                return self._remark(_FULL)
            family = self._family(kind, name, f"Custom {kind.lower()} of the component.")
            if family is None:
                return self._remark(f"metric '{metric['key']}' of type {kind} was left out: its name is taken")
            self._update(family, labels, value / 1000 if kind == "TIMER" else value)

    def _family(self, kind: str, name: str, meaning: str) -> Family | None:
        """The family of that kind and name; None if another family has taken the name."""
        family = self._families.get(name)
        if family is not None:
            return family if (family.kind, family.help) == (kind, meaning) else None
        names = {name + suffix for suffix in SUFFIXES[kind]}
        if names & self._taken:
            return None
        self._taken |= names
        family = self._families[name] = Family(name, kind, meaning, self._bounds)
        return family

    def _new_call(self, method: str, status: str) -> tuple[Cells, Cells]:
        """The cells of such a call. It is not kept if it has no series, so that it does not fill the memory."""
        labels = (("method", method),)
        count = self._cells(self._requests, (*labels, ("status", label_value(status))))
        times = self._cells(self._seconds, labels)
        if count is None or times is None:
            return self._requests.new_cells(), self._seconds.new_cells()
        self._calls[method, status] = count, times
        return count, times

    def _cells(self, family: Family, labels: Labels) -> Cells | None:
        """Those of a series; None for a new one beyond the limit."""
        if labels in family.series or sum(len(one.series) for one in self._families.values()) < SERIES_LIMIT:
            return family.cells(labels)
        self._remark(_FULL)
        return None

    def _update(self, family: Family, labels: Labels, value: float) -> None:
        if self._cells(family, labels) is not None:
            family.update(labels, value)

    def _labels(self, tags: dict[str, str]) -> Labels:
        named = {label_name(name): label_value(value) for name, value in tags.items()}
        return tuple(sorted((name, value) for name, value in named.items() if value and name not in self._identity))

    def _remark(self, text: str) -> None:
        if text not in self._remarks and len(self._remarks) < _REMARKS_LIMIT:
            self._remarks.add(text)
            log.warning("%s", text)


def _openmetrics(exemplar: Exemplar | None) -> OpenMetricsExemplar | None:
    if exemplar is None:
        return None
    from prometheus_client.samples import Exemplar as OpenMetricsExemplar

    return OpenMetricsExemplar({"trace_id": exemplar.trace_id}, exemplar.value, exemplar.time)
