"""A listener for metrics alone, on a port of its own. Prometheus finds it also if no API is served over HTTP."""

from __future__ import annotations

import logging

from seldon_component.errors import CallError

from ..config.settings import MetricsSettings
from ..errors import MethodNotAllowed, NotFound, PortTaken
from ..http_server.limits import HttpLimits
from ..http_server.protocol import HttpRequest, Respond
from ..http_server.server import HttpServer
from ..metrics import Metrics
from .error_response import respond_error
from .routes import SCRAPED_PATHS, plain

log = logging.getLogger(__name__)

_ALLOWED = ("GET", "HEAD")
_LIMITS = HttpLimits(body_bytes=1024, connections=64, client_timeout=10.0)


class Scrapes:
    """Answers with the metrics, in the thread of the listener's own event loop. An `Application`."""

    urgent_paths = frozenset[str]()

    def __init__(self, metrics: Metrics, path: str) -> None:
        """path: one more than SCRAPED_PATHS."""
        self._metrics = metrics
        self._paths = tuple(dict.fromkeys((*SCRAPED_PATHS, plain(path))))

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        if plain(request.path) not in self._paths:
            respond_error(respond, NotFound(f"no such path: {request.path}; there are: {', '.join(self._paths)}"))
        elif request.method not in _ALLOWED:
            respond_error(respond, MethodNotAllowed(f"{request.method} is not allowed here; use {_ALLOWED[0]}"))
        else:
            body, content_type = self._metrics.expose(request.header(b"accept"))
            respond(200, (("Content-Type", content_type),), body)

    def refusal(self, path: str) -> CallError | None:
        """See `Application`."""
        return None

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        """See `Application`."""
        respond_error(respond, error)


def start_listener(metrics: Metrics, settings: MetricsSettings, host: str) -> HttpServer | None:
    """Listen at once, because a slow load must not look like a server that is down. None if there is no port.

    Raises PortTaken for a port that a variable gives. The default one is not worth the end of a server.
    """
    if settings.port is None:
        return None
    try:
        listener = HttpServer(Scrapes(metrics, settings.path), settings.port, _LIMITS, host)
        listener.start()
    except PortTaken as error:
        if settings.is_port_given:
            raise
        log.warning("no metrics: %s; PREDICTIVE_UNIT_METRICS_SERVICE_PORT chooses another one", error)
        return None
    log.info("metrics on port %d, at %s", settings.port, settings.path)
    return listener
