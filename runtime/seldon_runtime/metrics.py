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
- A counter or timer leaves out NaN and infinity. A counter leaves out negative numbers, which strict scrapers refuse.
- After SERIES_LIMIT series a new one is left out, so that a tag with a new value in each request fills no memory.
  So is one whose key and tags have more than TEXT_LIMIT characters.
What is left out is logged once.
"""

from __future__ import annotations

import bisect
import functools
import logging
import math
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .config.settings import Settings

if TYPE_CHECKING:
    from prometheus_client import Metric

log = logging.getLogger(__name__)

Labels = tuple[tuple[str, str], ...]

SERIES_LIMIT = 10_000
TEXT_LIMIT = 2_000
_FULL = f"new series of metrics are left out: there are {SERIES_LIMIT} already"
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
_BOUNDS = (*map(str, BUCKETS), "+Inf")
_REMARKS_LIMIT = 100
_PROMETHEUS_TYPES = {"COUNTER": "counter", "GAUGE": "gauge", "TIMER": "histogram"}
# type -> the suffixes of its samples' names, in both text formats; no two families may share a name
_SUFFIXES = {
    "COUNTER": ("", "_total", "_created"),
    "GAUGE": ("",),
    "TIMER": ("", "_bucket", "_sum", "_count", "_created"),
}

_OF_FEEDBACK = (
    ("seldon_api_model_feedback", "Feedback messages."),
    ("seldon_api_model_feedback_reward", "Sum of the feedback's rewards that are not negative."),
    ("seldon_api_model_feedback_negative_reward", "Sum of the feedback's negative rewards, without their sign."),
)


@dataclass
class Family:
    """All series of one name. A series: its value; of a TIMER the sum, then a count for each bucket."""

    name: str
    kind: str
    help: str
    series: dict[Labels, list[float]] = field(default_factory=dict)

    def update(self, labels: Labels, value: float) -> None:
        """Add the value to a COUNTER, set a GAUGE, or count a TIMER's seconds in their bucket."""
        cells = self.series.get(labels)
        if cells is None:
            cells = self.series[labels] = [0.0] * (2 + len(BUCKETS) if self.kind == "TIMER" else 1)
        cells[0] = value if self.kind == "GAUGE" else cells[0] + value
        if self.kind == "TIMER":
            cells[1 + bisect.bisect_left(BUCKETS, value)] += 1

    def samples(self) -> Iterator[tuple[str, dict[str, str], float]]:
        """(name, labels, value) for each line of the text format."""
        for labels, cells in self.series.items():
            if self.kind != "TIMER":
                yield self.name + ("_total" if self.kind == "COUNTER" else ""), dict(labels), cells[0]
                continue
            total = 0.0
            for bound, count in zip(_BOUNDS, cells[1:], strict=True):
                total += count
                yield self.name + "_bucket", {**dict(labels), "le": bound}, total
            yield self.name + "_count", dict(labels), total
            yield self.name + "_sum", dict(labels), cells[0]


class Metrics:
    """The metrics of one server. Safe to use from many threads."""

    def __init__(self, settings: Settings) -> None:
        self._identity = identity(settings)
        self._lock = threading.Lock()
        self._families: dict[str, Family] = {}
        self._taken: set[str] = set()
        self._followed: list[tuple[Family, Callable[[], float]]] = []
        self._remarks: set[str] = set()
        self._requests = self._own(
            "COUNTER",
            "seldon_api_model_requests",
            "Calls of the component by method and status: SUCCESS or the error's reason.",
        )
        self._seconds = self._own(
            "TIMER", "seldon_api_model_requests_seconds", "Time from a call of the component to its response."
        )
        own = [self._own("COUNTER", name, meaning) for name, meaning in _OF_FEEDBACK]
        self._feedback, self._reward, self._negative_reward = own
        for family in own:
            family.update((), 0.0)

    def record_call(self, method: str, status: str, seconds: float) -> None:
        """Count one call of the component. status: SUCCESS, or the reason of its error."""
        with self._lock:
            self._update(self._requests, (("method", method), ("status", status)), 1.0)
            self._update(self._seconds, (("method", method),), seconds)

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
        self._followed.append((self._own(kind, name, meaning), read))

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
                followed.series[()] = [float(read())]
            families = [(family, list(family.samples())) for family in self._families.values()]
        for family, samples in families:
            exposed = Metric(family.name, family.help, _PROMETHEUS_TYPES[family.kind])
            for name, labels, value in samples:
                exposed.add_sample(name, {**labels, **self._identity}, value)
            yield exposed

    def _own(self, kind: str, name: str, meaning: str) -> Family:
        family = self._family(kind, name, meaning)
        assert family is not None
        return family

    def _record_custom(self, method: str, metric: dict[str, Any]) -> None:
        kind, value = metric.get("type", "COUNTER"), float(metric["value"])
        if kind != "GAUGE" and not math.isfinite(value):
            return self._remark(f"metric '{metric['key']}': {value} was left out")
        if kind == "COUNTER" and value < 0:
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
        names = {name + suffix for suffix in _SUFFIXES[kind]}
        if names & self._taken:
            return None
        self._taken |= names
        family = self._families[name] = Family(name, kind, meaning)
        return family

    def _update(self, family: Family, labels: Labels, value: float) -> None:
        if labels in family.series or sum(len(one.series) for one in self._families.values()) < SERIES_LIMIT:
            family.update(labels, value)
        else:
            self._remark(_FULL)

    def _labels(self, tags: dict[str, str]) -> Labels:
        named = {label_name(name): str(value) for name, value in tags.items()}
        return tuple(sorted((name, value) for name, value in named.items() if value and name not in self._identity))

    def _remark(self, text: str) -> None:
        if text not in self._remarks and len(self._remarks) < _REMARKS_LIMIT:
            self._remarks.add(text)
            log.warning("%s", text)


def identity(settings: Settings) -> dict[str, str]:
    """The names of the component, as the labels of Seldon Core 1.x. A name that is not set is left out."""
    unit = settings.unit
    image, version = unit.image_parts
    own_name = settings.component_name
    labels = {
        "deployment_name": unit.deployment_id,
        "predictor_name": unit.predictor_id,
        "predictor_version": unit.predictor_labels.get("version"),
        "model_name": own_name if unit.unit_id == "0" else unit.unit_id,
        "model_image": image,
        "model_version": version,
    }
    return {name: str(value) for name, value in labels.items() if value}


@functools.lru_cache(SERIES_LIMIT)
def metric_name(key: str, kind: str) -> str:
    """The key as a name that Prometheus allows. A counter's suffix `_total` is added when it is written."""
    name = re.sub(r"[^a-zA-Z0-9_:]", "_", key)
    name = "_" + name if name[0].isdigit() else name
    return name.removesuffix("_total") or name if kind == "COUNTER" else name


@functools.lru_cache(SERIES_LIMIT)
def label_name(tag: str) -> str:
    """The tag as a label that Prometheus allows. It reserves `__…` and `le`."""
    name = re.sub(r"^__+", "_", re.sub(r"[^a-zA-Z0-9_]", "_", tag))
    return "_" + name if not name or name[0].isdigit() or name == "le" else name
