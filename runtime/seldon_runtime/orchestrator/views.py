"""The paths that a graph has beside those of a component, and those that say more of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seldon_component.errors import CallError, Unavailable

from ..codec import json_codec
from ..config.settings import Settings
from ..http_server.protocol import HttpRequest
from ..model.health_status import status_of
from ..model.interface import Model
from ..rest.error_response import HTTP_STATUS, JSON, error_response
from ..rest.own_paths import OwnViews, Response, View, as_json
from . import openapi, page, picture
from .figures import Figures
from .node import Node
from .unit_facts import UnitFacts, name_of

if TYPE_CHECKING:
    from collections.abc import Callable


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
        metadata, health = _read_as_json(facts.graph_metadata), _probed(facts.graph_health)
        return {
            "/graph": self.page,
            "/graph.svg": self.picture,
            "/seldon.json": self.openapi,
            "/metadata": metadata,
            "/api/v1.0/metadata": metadata,
            "/api/v1.0/metadata/<name>": lambda _, name: as_json(facts.metadata(name)),
            "/api/v1.0/status": _probed(facts.readiness),
            "/api/v1.0/status/<name>": self.unit_status,
            "/health/status": health,
            "/api/v1.0/health/status": health,
        }

    def openapi(self, request: HttpRequest) -> Response:
        names = (node.name for node in self._root.walk())
        return as_json(openapi.document(self._model.description, self._settings, self._name, names))

    def page(self, request: HttpRequest) -> Response:
        body = page.html(self._root, self._figures, self._name)
        headers = (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", page.POLICY),
            *page.HEADERS,
        )
        return Response(200, headers, body)

    def picture(self, request: HttpRequest) -> Response:
        """With `?inside` it has no style of its own, because the page has it."""
        body = picture.svg(self._root, self._figures, "" if request.query == b"inside" else picture.STYLE)
        policy = ("Content-Security-Policy", page.SVG_POLICY)
        headers = (("Content-Type", "image/svg+xml; charset=utf-8"), policy, *page.HEADERS)
        return Response(200, headers, body.encode("utf-8", "replace"))

    def unit_status(self, request: HttpRequest, name: str) -> Response:
        """What the unit's own /health/status says."""
        try:
            found = self._facts.health(name)
        except CallError as error:
            return _failed(error)
        return Response(status_of(found), JSON, json_codec.encode(found))


def _read_as_json(read: Callable[[], dict[str, Any]]) -> View:
    return lambda _: as_json(read())


def _probed(read: Callable[[], dict[str, str]]) -> View:
    """A view for probes: 200 with what is known of each unit, or 503."""

    def view(request: HttpRequest) -> Response:
        try:
            return as_json({"status": "ok", "units": read()})
        except CallError as error:
            return _failed(error)

    return view


def _failed(error: CallError) -> Response:
    """503 instead of the unit's own status, because it is not healthy. But 404 for a unit that is not there."""
    status, body = error_response(error)
    return Response(status if status == 404 else HTTP_STATUS[Unavailable.reason], JSON, body)
