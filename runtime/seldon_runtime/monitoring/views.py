"""What is shown of the counted responses: under the server's own names, and on request under those of an executor.

The names of Seldon Core's executor are those that its dashboards use. They have the labels `code` and `status`, because
these dashboards ask for `status`, and others for `code`. A deployment with an executor must not have them twice, so
they are shown only with METRICS_EXECUTOR_NAMES=1, which is also what the annotation `seldon.io/no-engine: "true"` sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ..config.settings import MetricsSettings
from .family import Cells, Labels
from .responses import OTHER, Kind, ResponseCounts, RouteOf, add_to, rebinned

EXECUTOR_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)  # seconds
_OF_PREDICTOR = ("deployment_name", "predictor_name", "predictor_version")
# route -> the executor's name of its service
_SERVICES = {
    "/send-feedback": "feedback", "/api/v0.1/feedback": "feedback", "/api/v1.0/feedback": "feedback",
    "/metadata": "metadata", "/api/v1.0/metadata": "metadata",
}  # fmt: skip
_PREDICTIONS = {"/api/v0.1/predictions": "/predict", "/api/v1.0/predictions": "/predict"}
_FEEDBACK = "/send-feedback"
_GO_NAMES = {"OK": "OK", "CANCELLED": "Canceled"}  # of gRPC's codes, where they are not the words in mixed case


class View(NamedTuple):
    """The arguments of `Metrics.follow_series`."""

    kind: str
    name: str
    meaning: str
    read: Callable[[], Mapping[Labels, Cells]]
    bounds: tuple[float, ...] = ()
    labels: tuple[str, ...] | None = None


class Views:
    """The counts of all APIs, and how they are shown."""

    def __init__(self, settings: MetricsSettings) -> None:
        self._buckets = settings.buckets
        self._has_executor_names = settings.executor_names
        both = {*settings.buckets, *(EXECUTOR_BUCKETS if settings.executor_names else ())}
        self._bounds = tuple(sorted(both))
        self._counts: list[ResponseCounts] = []
        self.client: Callable[[], Mapping[Labels, Cells]] = self._client  # of a graph: its units' series

    def add(self, api: str, route_of: RouteOf) -> ResponseCounts:
        """New counts for one API."""
        counts = ResponseCounts(api, route_of, self._bounds)
        self._counts.append(counts)
        return counts

    def families(self) -> Iterator[View]:
        meaning = "Responses of the server by API, route, method and code."
        yield View("COUNTER", "seldon_api_server_requests", meaning, self._totals)
        meaning = "Time from a request to its response, by API, route, method and code."
        yield View("TIMER", "seldon_api_server_requests_seconds", meaning, self._seconds, self._buckets)
        if self._has_executor_names:
            prefix, meaning = "seldon_api_executor", "The same as Seldon Core's executor shows it."
            bounds, labels = EXECUTOR_BUCKETS, _OF_PREDICTOR
            yield View("TIMER", f"{prefix}_server_requests_seconds", meaning, self._server, bounds, labels)
            yield View("TIMER", f"{prefix}_client_requests_seconds", meaning, lambda: self.client(), bounds)

    def _all(self) -> dict[Kind, Cells]:
        found: dict[Kind, Cells] = {}
        for counts in self._counts:
            for kind, cells in counts.totals().items():
                add_to(found, kind, cells)
        return found

    def _totals(self) -> dict[Labels, Cells]:
        return {_own(kind): [sum(cells[1:])] for kind, cells in self._all().items()}

    def _seconds(self) -> dict[Labels, Cells]:
        return {_own(kind): rebinned(cells, self._bounds, self._buckets) for kind, cells in self._all().items()}

    def _server(self) -> dict[Labels, Cells]:
        return self._of_executor(_server_service)

    def _client(self) -> dict[Labels, Cells]:
        return self._of_executor(_client_service)

    def _of_executor(self, service_of: Callable[[Kind], str]) -> dict[Labels, Cells]:
        """Several routes may be one service."""
        found: dict[Labels, Cells] = {}
        for kind, cells in self._all().items():
            if kind.route == OTHER or not (service := service_of(kind)):
                continue
            code = kind.code if kind.api == "REST" else _go_name(kind.code)
            labels = (("code", code), ("method", kind.method.lower()), ("service", service), ("status", code))
            add_to(found, labels, rebinned(cells, self._bounds, EXECUTOR_BUCKETS))
        return found


def _own(kind: Kind) -> Labels:
    return tuple(sorted(kind._asdict().items()))


def _server_service(kind: Kind) -> str:
    """predictions, feedback or metadata; the full method of an RPC; "" for what an executor does not have."""
    if kind.api == "GRPC":
        return kind.route.replace(".Model/", ".Seldon/")
    if kind.route in _SERVICES:
        return _SERVICES[kind.route]
    return "predictions" if _is_prediction(kind.route) else ""


def _client_service(kind: Kind) -> str:
    """The path that an executor calls."""
    if kind.api == "GRPC":
        return kind.route.replace(".Seldon/", ".Model/")
    if _SERVICES.get(kind.route) == "feedback":
        return _FEEDBACK
    route = _PREDICTIONS.get(kind.route, kind.route.removeprefix("/api/v1.0"))
    return route if kind.route in _SERVICES or _is_prediction(kind.route) else ""


def _is_prediction(route: str) -> bool:
    own = ("/predict", "/transform-input", "/transform-output", "/route", "/aggregate", "/combine")
    return route in own or route in _PREDICTIONS or route.endswith(("/infer", ":predict"))


def _go_name(code: str) -> str:
    return _GO_NAMES.get(code) or "".join(word.capitalize() for word in code.split("_"))
