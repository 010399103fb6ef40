"""The server's own paths: everything but the predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from seldon_component.errors import CallError, Unavailable

from ..codec import json_codec
from ..config.settings import Settings
from ..errors import MethodNotAllowed, NotFound
from ..http_server.protocol import Headers, HttpRequest, Respond
from ..metrics import Metrics
from ..model.health_status import HealthStatus, status_of
from ..model.interface import Model
from ..model.metadata import metadata_of
from . import openapi, page
from .error_response import HTTP_STATUS, JSON, error_response
from .probes import STATUS_PATHS
from .routes import PATHS, SAVE_PATH

if TYPE_CHECKING:
    from ..persistence.saver import StateSaver

_NAME = "/<name>"  # the end of a path that stands for any name
_READ, _CHANGE = ("GET", "HEAD", "OPTIONS"), ("OPTIONS", "POST")  # the verbs of a view, and of SAVE_PATH


class Response(NamedTuple):
    """The arguments of `Respond`."""

    status: int
    headers: Headers
    body: bytes


View = Callable[..., Response]  # takes the request, and the name at the end of its path if the view's path has one
OwnViews = Mapping[str, View]  # path -> its view


class OwnPaths:
    """A Handler for a thread, which it may hold. It raises CallError."""

    def __init__(
        self,
        model: Model,
        settings: Settings,
        metrics: Metrics | None = None,
        saver: StateSaver | None = None,
        own_views: OwnViews | None = None,
    ) -> None:
        """metrics: shown at /metrics; default: empty. saver: of a component whose state is kept.

        own_views: of what is no plain component; in place of the usual ones, or beside them.
        """
        own_views = own_views or {}
        self.views = {**Views(model, settings, metrics or Metrics(settings)).by_path(), **own_views}
        if saver:
            self.views[SAVE_PATH] = partial(_saved, saver)
        self._served = [*dict.fromkeys([*_served_paths(settings), *own_views])]

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        path = request.path.encode("latin-1").decode("utf-8", "replace")
        view, verbs = self._view_of(path), _CHANGE if path == SAVE_PATH else _READ
        allow = ("Allow", ", ".join(verbs))
        if request.method == "OPTIONS":
            respond(200, (allow,), b"")
        elif request.method not in verbs:
            status, body = error_response(MethodNotAllowed(f"{request.method} is not allowed on {path}"))
            respond(status, (*JSON, allow), body)
        else:
            respond(*view(request))

    def _view_of(self, path: str) -> View:
        """Raises NotFound."""
        if view := self.views.get(path):
            return view
        parent, _, name = path.rpartition("/")
        if view := self.views.get(parent + _NAME):
            return lambda request: view(request, name)
        raise NotFound(f"no such path: {path}; there are: {', '.join(self._served)}")


def _served_paths(settings: Settings) -> list[str]:
    """The paths that are there, of V2 and V1 the first one."""
    protocols = settings.serving.protocols
    return [
        *(path for paths in PATHS.values() for path in paths if "seldon" in protocols),
        *(path for name, path in (("v2", "/v2"), ("v1", "/v1/models")) if name in protocols),
        *openapi.SERVER_PATHS,
        *([SAVE_PATH] if settings.persistence.enabled else ()),
    ]


class Views:
    """What stands behind the server's own paths."""

    def __init__(self, model: Model, settings: Settings, metrics: Metrics) -> None:
        self._model = model
        self._settings = settings
        self._metrics = metrics
        self._nan_literal = settings.serving.json_nan == "literal"
        self._health = HealthStatus(model)
        self._policy = page.security_policy()

    def by_path(self) -> dict[str, View]:
        return {
            "/": self.page,
            "/seldon.json": self.openapi,
            "/metadata": self.metadata,
            **dict.fromkeys(STATUS_PATHS, self.health_status),
            "/metrics": self.metrics,
            "/prometheus": self.metrics,
            "/api/v1.0/metadata": self.metadata,
        }

    def page(self, request: HttpRequest) -> Response:
        """Only for browsers: clients of KServe's V1 take `/` for a probe."""
        if "text/html" not in request.header(b"accept"):
            return Response(200, (*JSON, ("Vary", "Accept")), json_codec.dump({"status": "alive"}))
        headers = (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", self._policy),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept"),
        )
        return Response(200, headers, page.PAGE)

    def openapi(self, request: HttpRequest) -> Response:
        return as_json(openapi.document(self._model.description, self._settings))

    def metadata(self, request: HttpRequest) -> Response:
        return as_json(metadata_of(self._model, self._settings.unit))

    def health_status(self, request: HttpRequest) -> Response:
        try:
            found = self._health.read()
        except CallError as error:  # any exception of the class means that it is not healthy
            return Response(HTTP_STATUS[Unavailable.reason], JSON, error_response(error)[1])
        return Response(status_of(found), JSON, json_codec.encode(found, self._nan_literal))

    def metrics(self, request: HttpRequest) -> Response:
        body, content_type = self._metrics.expose(request.header(b"accept"))
        return Response(200, (("Content-Type", content_type),), body)


def as_json(value: Any) -> Response:
    return Response(200, JSON, json_codec.dump(value))


def _saved(saver: StateSaver, request: HttpRequest) -> Response:
    """Answers when the store has the component's state."""
    return as_json({"generation": saver.save()})
