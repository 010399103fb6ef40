"""Makes what records and sends traces, as the settings ask for it."""

from __future__ import annotations

import logging
import socket
from typing import NamedTuple

from ...config.settings import NO_ID, Settings
from ...metrics import Metrics
from .collector import Collector
from .exporter import Exporter
from .protobuf import attribute
from .span_queue import SpanQueue
from .tracer import Tracer

log = logging.getLogger(__name__)

_ATTRIBUTE = 1  # the number of `attributes` in Resource


class Tracing(NamedTuple):
    """tracer: for the wrappers of transports and of the model. exporter: which the owner starts and stops."""

    tracer: Tracer
    exporter: Exporter


def create_tracing(settings: Settings, metrics: Metrics) -> Tracing:
    """Raises BadSetting for a certificate or a key that cannot be read."""
    of = settings.tracing
    queue = SpanQueue(of.queue_size, of.batch_size)
    tracer = Tracer(queue, of.propagators, of.follows_parent, of.ratio)
    collector = Collector(of)
    log.info("traces: requests are recorded, and sent to %s", collector.name)
    exporter = Exporter(queue, collector, _resource(settings), of.delay, of.batch_size)
    metrics.follow(
        "COUNTER", "seldon_trace_records_sent", "Records of spans that the collector took.", lambda: exporter.sent
    )
    metrics.follow(
        "COUNTER",
        "seldon_trace_records_lost",
        "Records of spans that were lost: the queue was full, or the collector did not take them.",
        lambda: exporter.lost,
    )
    return Tracing(tracer, exporter)


def _resource(settings: Settings) -> bytes:
    """The content of a Resource: the facts about this server that each span has."""
    return b"".join(attribute(_ATTRIBUTE, name, value) for name, value in resource(settings).items())


def resource(settings: Settings) -> dict[str, str]:
    """Attribute -> value. OTEL_RESOURCE_ATTRIBUTES wins over what the server knows, OTEL_SERVICE_NAME over both."""
    unit, given = settings.unit, dict(settings.tracing.resource)
    host = socket.gethostname()  # in a cluster, the name of the pod
    own_name = settings.component_name if unit.unit_id == NO_ID else unit.unit_id
    known = {
        "service.name": own_name,
        "service.version": unit.image_parts[1],
        "service.instance.id": host,
        "host.name": host,
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "seldon_runtime",
        "seldon.deployment": unit.deployment_id or "",
        "seldon.predictor": unit.predictor_id or "",
        "seldon.unit": own_name,
        "seldon.class": settings.model_name,
    }
    named = {"service.name": settings.tracing.service_name or ""}
    return {name: value for part in (known, given, named) for name, value in part.items() if value}
