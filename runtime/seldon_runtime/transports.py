"""Which transports the settings ask for. Each function imports its own libraries, so that nothing else is loaded."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from .config.settings import Listener, ServingSettings, Settings
from .model.interface import Model
from .operations.telemetry import Telemetry
from .system.open_files import connections_possible

if TYPE_CHECKING:
    from .grpc.predictions import OwnRpcs
    from .http_server.limits import HttpLimits
    from .persistence.saver import StateSaver
    from .rest.own_paths import OwnViews

log = logging.getLogger(__name__)


class Extras(Protocol):
    """What is served beside the model itself, of a graph."""

    def create_views(self) -> OwnViews:
        """Over HTTP: see `rest.own_paths.OwnPaths`. Called when the first request asks for such a path."""

    def create_rpcs(self) -> OwnRpcs:
        """Over gRPC: see `grpc.predictions.handlers`."""


class Transport(Protocol):
    """One API on one port, which it has reserved."""

    def start(self) -> None:
        """Listen, and accept connections. Raises PortTaken."""

    def model_changed(self) -> None:
        """Take note that the model's readiness may have changed."""

    def drain(self) -> None:
        """Go on as before, but let each client know that it should go elsewhere."""

    def stop(self, grace_period: float) -> bool:
        """Accept no more, answer the requests in flight. False if that took longer than `grace_period` seconds."""


def create_transport(
    listener: Listener,
    model: Model,
    settings: Settings,
    telemetry: Telemetry,
    saver: StateSaver | None,
    extras: Extras | None = None,
) -> Transport:
    """saver: of a component whose state is kept. Raises PortTaken."""
    if listener.api == "REST":
        return _create_rest(listener.port, model, settings, telemetry, saver, extras)
    return _create_grpc(listener.port, model, settings, telemetry, extras)


def start_metrics_listener(settings: Settings, telemetry: Telemetry) -> Transport | None:
    """None if there is none. Raises PortTaken."""
    if settings.metrics.port is None:
        return None
    from .rest.scrapes import start_listener

    return start_listener(telemetry.metrics, settings.metrics, settings.serving.host)


def modules_used_later(settings: Settings) -> tuple[str, ...]:
    """Those that only some requests need, which come when an inline class has its own folder on the path."""
    if "REST" not in settings.apis:
        return ("prometheus_client.exposition",) if settings.metrics.port else ()
    from .rest.factory import USED_LATER

    return USED_LATER


def _create_rest(
    port: int,
    model: Model,
    settings: Settings,
    telemetry: Telemetry,
    saver: StateSaver | None,
    extras: Extras | None,
) -> Transport:
    from .http_server.server import HttpServer
    from .rest.factory import create_application, response_lines

    application = create_application(model, settings, telemetry, saver, extras.create_views if extras else None)
    serving = settings.serving
    return HttpServer(application, port, _http_limits(serving), serving.host, response_lines(settings))


def _http_limits(serving: ServingSettings) -> HttpLimits:
    from .http_server.limits import HttpLimits

    connections = connections_possible(serving.max_connections)
    if connections < serving.max_connections:
        log.warning("MAX_CONNECTIONS: %d, because the process may open no more files", connections)
    return HttpLimits(
        serving.max_body_bytes, serving.all_body_bytes, connections, serving.keep_alive, serving.client_timeout
    )


def _create_grpc(port: int, model: Model, settings: Settings, telemetry: Telemetry, extras: Extras | None) -> Transport:
    from .grpc.server import GrpcServer

    serving = settings.serving
    inference = None
    if "v2" in serving.protocols:
        from .v2.inference import Inference

        inference = Inference(model, settings)
    with_seldon = "seldon" in serving.protocols
    limits = (serving.server_threads, serving.grpc_max_message_bytes)
    own_rpcs = extras.create_rpcs() if extras else None
    names, host, is_graph = settings.unit, serving.host, settings.is_graph
    all_bytes = serving.all_grpc_message_bytes
    return GrpcServer(
        model, port, *limits, names, inference, with_seldon, host, telemetry, is_graph, own_rpcs, all_bytes
    )
