"""The paths that a graph has beside those of a component, as Flask's views, and those that say more of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request
from seldon_component.errors import CallError, Unavailable

from ..codec import json_codec
from ..config.settings import Settings
from ..model.health_status import status_of
from ..model.interface import Model
from ..rest.error_response import HTTP_STATUS, error_response
from ..rest.flask_app import OwnViews
from . import openapi, page, picture
from .figures import Figures
from .node import Node
from .unit_facts import UnitFacts, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

_JSON = "application/json"


class GraphViews:
    """What stands behind them."""

    def __init__(self, model: Model, root: Node, figures: Figures, settings: Settings) -> None:
        """model: of the whole graph."""
        self._model, self._root, self._figures, self._settings = model, root, figures, settings
        self._name = name_of(settings)
        self._facts = UnitFacts(root, self._name)

    def routes(self) -> OwnViews:
        """Path -> its view."""
        facts = self._facts
        metadata, health = _as_json(facts.graph_metadata), _probed(facts.graph_health)
        return {
            "/graph": self.page,
            "/graph.svg": self.picture,
            "/seldon.json": self.openapi,
            "/metadata": metadata,
            "/api/v1.0/metadata": metadata,
            "/api/v1.0/metadata/<name>": lambda name: _json(facts.metadata(name)),
            "/api/v1.0/status": _probed(facts.readiness),
            "/api/v1.0/status/<name>": self.unit_status,
            "/health/status": health,
            "/api/v1.0/health/status": health,
        }

    def openapi(self) -> Response:
        names = (node.name for node in self._root.walk())
        return _json(openapi.document(self._model.description, self._settings, self._name, names))

    def page(self) -> Response:
        body = page.html(self._root, self._figures, self._name)
        headers = {**page.HEADERS, "Content-Security-Policy": page.POLICY}
        return Response(body, mimetype="text/html", headers=headers)

    def picture(self) -> Response:
        """With `?inside` it has no style of its own, because the page has it."""
        body = picture.svg(self._root, self._figures, "" if "inside" in request.args else picture.STYLE)
        headers = {**page.HEADERS, "Content-Security-Policy": page.SVG_POLICY}
        return Response(body.encode("utf-8", "replace"), mimetype="image/svg+xml", headers=headers)

    def unit_status(self, name: str) -> Response:
        """What the unit's own /health/status says."""
        try:
            found = self._facts.health(name)
        except CallError as error:
            return _failed(error)
        return Response(json_codec.encode(found), status_of(found), mimetype=_JSON)


def _as_json(read: Callable[[], dict[str, Any]]) -> Callable[[], Response]:
    return lambda: _json(read())


def _probed(read: Callable[[], dict[str, str]]) -> Callable[[], Response]:
    """A view for probes: 200 with what is known of each unit, or 503."""

    def view() -> Response:
        try:
            return _json({"status": "ok", "units": read()})
        except CallError as error:
            return _failed(error)

    return view


def _json(value: dict[str, Any]) -> Response:
    return Response(json_codec.dump(value), mimetype=_JSON)


def _failed(error: CallError) -> Response:
    """503, whatever the unit's own status: it is not healthy. But 404 for a unit that is not there."""
    status, body = error_response(error)
    return Response(body, status if status == 404 else HTTP_STATUS[Unavailable.reason], mimetype=_JSON)
