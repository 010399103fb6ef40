"""The template of the route that serves a path, for metrics: few names, even if clients request many paths."""

from __future__ import annotations

from collections.abc import Callable, Container

from ..config.settings import Settings
from ..monitoring.responses import OTHER
from . import v2_routes
from .routes import GRAPH_PATHS, METHODS, SAVE_PATH, SCRAPED_PATHS, plain

_V2_MODEL = "/v2/models/{name}"
_V2_REPOSITORY = "/v2/repository/models/{name}"
_V2_ENDS = {
    **{route: (_V2_MODEL, end) for end, route in v2_routes.OF_MODEL.items()},
    **{route: (_V2_REPOSITORY, end) for end, route in v2_routes.OF_REPOSITORY.items()},
}


class RouteNames:
    """A `RouteOf`. Probes and scrapes have None, because they would hide all else of a server with few requests."""

    def __init__(self, settings: Settings, probes: Container[str], is_graph: bool = False) -> None:
        self._probes = probes
        self._scraped = (*SCRAPED_PATHS, *GRAPH_PATHS) if is_graph else SCRAPED_PATHS
        protocols = settings.serving.protocols
        self._methods = METHODS if "seldon" in protocols else {}
        templates: dict[str, Callable[[str], str]] = {"v2": _v2_template, "v1": _v1_template}
        self._templates = {f"/{protocol}": templates[protocol] for protocol in protocols if protocol in templates}

    def __call__(self, path: str) -> str | None:
        if path in self._methods:
            return path
        if not path:  # of a request that was refused before its first line was read
            return OTHER
        path = plain(path)
        if path in self._probes or path in self._scraped:
            return None
        if path in self._methods or path == SAVE_PATH or path in _server_paths():
            return path
        return self._templates.get(path[:3], _no_template)(path)


def _server_paths() -> Container[str]:
    from .openapi import SERVER_PATHS  # only some requests need it

    return SERVER_PATHS


def _no_template(path: str) -> str:
    return OTHER


def _v2_template(path: str) -> str:
    """path: plain."""
    found = v2_routes.find(path)
    if found is None:
        return OTHER
    if path in v2_routes.PATHS:
        return path
    model, end = _V2_ENDS[found.route]
    return model + ("/versions/{version}" if found.version else "") + end


def _v1_template(path: str) -> str:
    """path: plain."""
    from .v1_paths import find

    found = find(path)
    if found is None:
        return OTHER
    return "/v1/models" + ("/{name}" if found.model else "") + (f":{found.action}" if found.action else "")
