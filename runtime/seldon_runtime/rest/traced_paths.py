"""Which requests have a span, and the route that names it: the path without what differs from model to model."""

from __future__ import annotations

from functools import lru_cache

from .routes import METHODS, SAVE_PATH, SCRAPED_PATHS, plain
from .v2_routes import OF_MODEL, OF_REPOSITORY, find
from .v2_routes import PATHS as V2_PATHS

_LONGEST_KEPT = 256  # characters of a path that is kept
_OWN = frozenset(("/seldon.json", "/metadata", "/api/v1.0/metadata", SAVE_PATH))
# what programs ask again and again: probes, scrapes, and `/`, which load balancers take for a probe
_SILENT = frozenset(("/", "/live", "/ready", *SCRAPED_PATHS))
_HEALTH = "/health/"
_V1 = "/v1/models"


def route_of(path: str) -> str | None:
    """The route of a path; "" if it has none, and None if its requests have no span."""
    return _kept_route(path) if len(path) <= _LONGEST_KEPT else _route(path)


def _route(path: str) -> str | None:
    path = plain(path)
    if path in _SILENT or _HEALTH in path:
        return None
    if path in METHODS or path in _OWN:
        return path
    if path.startswith("/v2"):
        return _v2_route(path)
    if path == _V1 or path.startswith(_V1 + "/"):
        action = path.rpartition(":")[2]
        return f"{_V1}/{{name}}:{action}" if action in ("predict", "explain") else None
    return ""


_kept_route = lru_cache(512)(_route)


def _v2_route(path: str) -> str | None:
    found = find(path)
    if found is None:
        return ""
    if path in V2_PATHS:
        return path
    if found.route is OF_MODEL["/ready"]:
        return None
    end = next(end for end in (*OF_REPOSITORY, *OF_MODEL) if path.endswith(end))
    version = "/versions/{version}" if found.version else ""
    prefix = "/v2/repository/models" if end in OF_REPOSITORY else "/v2/models"
    return f"{prefix}/{{name}}{version}{end}"
