"""Which requests have a span, and the route that names it."""

from __future__ import annotations

from functools import lru_cache

from ..monitoring.responses import OTHER, RouteOf
from .routes import LONGEST_KEPT

# What programs ask again and again, beside the probes and scrapes, which have no route (None).
# Load balancers take `/` for a probe.
_SILENT = frozenset(
    (
        *(None, "/", "/v1/models", "/v1/models/{name}"),
        *("/v2/models/{name}/ready", "/v2/models/{name}/versions/{version}/ready"),
    )
)


def span_routes(routes: RouteOf) -> RouteOf:
    """Path -> its route; "" if it has none, and None if its requests have no span."""

    def route_of(path: str) -> str | None:
        route = routes(path)
        return None if route in _SILENT else "" if route == OTHER else route

    kept = lru_cache(512)(route_of)
    return lambda path: kept(path) if len(path) <= LONGEST_KEPT else route_of(path)
