"""Everything that is served over HTTP in front of a model: the predictions, and beside them the server's own paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..http_server.echo import echo
from ..http_server.protocol import Application, Handler, ResponseLines
from ..metrics import Metrics
from ..model.interface import Model
from ..operations.telemetry import Telemetry
from ..system.thread_pool import ThreadPool, reader_count
from .compression import Compression
from .cors import OriginLines, Preflights
from .counted import CountedApplication
from .later import LazyHandler, in_threads
from .other_protocols import OtherProtocols
from .predictions import Predictions
from .probes import Probes
from .route_names import RouteNames

if TYPE_CHECKING:
    from ..persistence.saver import StateSaver
    from .own_paths import OwnViews

CreateViews = Callable[[], "OwnViews"]  # called when the first request asks for one of the server's own paths
# modules that only some requests need. An inline class has its own folder on the path when they come.
USED_LATER = (
    "seldon_runtime.rest.own_paths",
    "prometheus_client.exposition",
    "simdjson",
    "importlib.metadata",
    "ctypes",
    "encodings.idna",
)


def create_application(
    model: Model,
    settings: Settings,
    telemetry: Telemetry | None = None,
    saver: StateSaver | None = None,
    create_views: CreateViews | None = None,
) -> Application:
    """telemetry: default: metrics alone. saver: of a component whose state is kept. create_views: see `OwnPaths`."""
    telemetry = telemetry or Telemetry(settings)
    most = settings.serving.server_threads
    readers = ThreadPool(reader_count(most), "reader", is_batch=True)
    threads = ThreadPool(most, "request")
    own_paths = in_threads(_own_paths(model, settings, telemetry.metrics, saver, create_views), threads)
    others = OtherProtocols(model, settings, readers, threads)
    application: Application = Predictions(model, settings, readers, others, Probes(model, own_paths))
    if settings.serving.compression_min_bytes:
        application = Compression(application, settings.serving.compression_min_bytes, readers)
    if settings.serving.cors_origins:
        application = Preflights(application)
    return _recorded(application, settings, telemetry, create_views is not None)


def _own_paths(
    model: Model,
    settings: Settings,
    metrics: Metrics,
    saver: StateSaver | None,
    create_views: CreateViews | None,
) -> Handler:
    def create() -> Handler:
        from .own_paths import OwnPaths  # here, because a prediction need not wait for it

        return OwnPaths(model, settings, metrics, saver, create_views and create_views())

    return LazyHandler(create)


def response_lines(settings: Settings) -> ResponseLines:
    """What the head of each response has beside the headers of the application."""
    return OriginLines(settings.serving.cors_origins) if settings.serving.cors_origins else echo


def _recorded(application: Application, settings: Settings, telemetry: Telemetry, is_graph: bool) -> Application:
    """From the inside: counted, observed, traced. An observer sees the span of a request."""
    metrics, routes = telemetry.metrics, RouteNames(settings, application.urgent_paths, is_graph)
    application = CountedApplication(application, metrics.responses("REST", routes), metrics.drops)
    if telemetry.observers:
        from .observing import ObservedApplication

        application = ObservedApplication(application, telemetry.observers, settings.logs.access_of_scrapes)
    if telemetry.tracer:
        from .traced import TracedApplication

        application = TracedApplication(application, telemetry.tracer, settings.port_of("REST"), routes)
    return application
