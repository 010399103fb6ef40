"""The Flask app: health, readiness and errors. Predictions go past it."""

from __future__ import annotations

from flask import Flask, Response, request
from seldon_component.errors import CallError, Unavailable
from werkzeug.exceptions import HTTPException

from ..errors import MethodNotAllowed, NotFound
from ..model import Model
from ..settings import Settings
from .predictions import Predictions, error_response
from .routes import PATHS


def create_app(model: Model, settings: Settings) -> Flask:
    """The WSGI application in front of `model`."""
    app = Flask(__name__)

    @app.get("/health/ping")
    def ping() -> str:
        return "pong"

    @app.get("/live")
    def live() -> str:
        return "live"

    @app.get("/ready")
    def ready() -> str:
        if not model.ready:
            raise Unavailable("the component is not loaded")
        return "ready"

    @app.errorhandler(CallError)
    def call_error(error: CallError) -> Response:
        status, body = error_response(error)
        return Response(body, status, mimetype="application/json")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.code == 405:
            return call_error(MethodNotAllowed(f"{request.method} is not allowed on {request.path}"))
        if error.code == 404:
            paths = ", ".join(path for paths in PATHS.values() for path in paths)
            return call_error(NotFound(f"no such path: {request.path}; there are: {paths}"))
        return call_error(CallError(error.description or error.name, status_code=error.code))

    app.wsgi_app = Predictions(model, settings, app.wsgi_app)  # type: ignore[method-assign]
    return app
