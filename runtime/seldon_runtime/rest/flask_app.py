"""The Flask app: everything but the predictions, which go past it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from seldon_component.errors import BadPayload, CallError, Unavailable
from werkzeug.exceptions import HTTPException

from ..codec import json_codec
from ..config.settings import Settings
from ..errors import MethodNotAllowed, NotFound
from ..metrics import Metrics
from ..model.health_status import HealthStatus, status_of
from ..model.interface import Model
from ..model.metadata import metadata_of
from . import openapi, page
from .error_response import HTTP_STATUS, error_response
from .probes import STATUS_PATHS
from .routes import PATHS, SAVE_PATH

if TYPE_CHECKING:
    from ..persistence.saver import StateSaver

_JSON = "application/json"
OwnViews = Mapping[str, Callable[..., Response]]  # a path, with Flask's placeholders, and the view behind it


def create_app(
    model: Model,
    settings: Settings,
    metrics: Metrics | None = None,
    saver: StateSaver | None = None,
    own_views: OwnViews | None = None,
) -> Flask:
    """The server's own paths.

    metrics: shown at /metrics; default: empty. saver: of a component whose state is kept.
    own_views: of what is no plain component; in place of the usual ones, or beside them.
    """
    app = Flask(__name__, static_folder=None)
    own_views = own_views or {}
    for path, view in {**dict(Views(model, settings, metrics or Metrics(settings)).routes()), **own_views}.items():
        app.add_url_rule(path, path, view, methods=["GET"])  # Flask adds HEAD and OPTIONS
    if saver:
        app.add_url_rule(SAVE_PATH, SAVE_PATH, lambda: saved(saver), methods=["POST"])
    app.register_error_handler(CallError, call_error)
    served = [*dict.fromkeys([*served_paths(settings), *own_views])]
    app.register_error_handler(HTTPException, partial(http_error, served))
    return app


def served_paths(settings: Settings) -> list[str]:
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

    def routes(self) -> tuple[tuple[str, Callable[[], Response]], ...]:
        return (
            ("/", self.page),
            ("/seldon.json", self.openapi),
            ("/metadata", self.metadata),
            *((path, self.health_status) for path in STATUS_PATHS),
            ("/metrics", self.metrics),
            ("/prometheus", self.metrics),
            ("/api/v1.0/metadata", self.metadata),
        )

    def page(self) -> Response:
        """Only for browsers: clients of KServe's V1 take `/` for a probe."""
        if "text/html" not in request.headers.get("Accept", ""):
            return Response(json_codec.dump({"status": "alive"}), mimetype=_JSON, headers={"Vary": "Accept"})
        headers = {
            "Content-Security-Policy": self._policy,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
            "Vary": "Accept",
        }
        return Response(page.PAGE, mimetype="text/html", headers=headers)

    def openapi(self) -> Response:
        return Response(json_codec.dump(openapi.document(self._model.description, self._settings)), mimetype=_JSON)

    def metadata(self) -> Response:
        return Response(json_codec.dump(metadata_of(self._model, self._settings.unit)), mimetype=_JSON)

    def health_status(self) -> Response:
        try:
            found = self._health.read()
        except CallError as error:  # any exception of the class means that it is not healthy
            return Response(error_response(error)[1], HTTP_STATUS[Unavailable.reason], mimetype=_JSON)
        return Response(json_codec.encode(found, self._nan_literal), status_of(found), mimetype=_JSON)

    def metrics(self) -> Response:
        body, content_type = self._metrics.expose(request.headers.get("Accept", ""))
        return Response(body, content_type=content_type)


def saved(saver: StateSaver) -> Response:
    """Answers when the store has the component's state."""
    return Response(json_codec.dump({"generation": saver.save()}), mimetype=_JSON)


def call_error(error: CallError) -> Response:
    """The JSON answer to a call that failed."""
    status, body = error_response(error)
    return Response(body, status, mimetype=_JSON)


def http_error(served: list[str], error: HTTPException) -> Response:
    """The same JSON for what Flask refuses by itself. served: the paths that are there."""
    if error.code == 404:
        return call_error(NotFound(f"no such path: {request.path}; there are: {', '.join(served)}"))
    if error.code == 405:
        response = call_error(MethodNotAllowed(f"{request.method} is not allowed on {request.path}"))
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return response
    reason = BadPayload.reason if error.code and error.code < 500 else CallError.reason
    return call_error(CallError(error.description or error.name, status_code=error.code, reason=reason))
