"""What is recorded of each request, composed once and given to the model and to every transport."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..metrics import Metrics
from .observers import Observers, create_observers

if TYPE_CHECKING:
    from .traces.factory import Tracing
    from .traces.tracer import Tracer

log = logging.getLogger(__name__)

_LEAST_TIME_TO_SEND = 0.5  # seconds, for the last spans, if requests have used up the whole grace period


class Telemetry:
    """metrics: always. observers: for the access log and the request log; None: neither is on. tracer: None: no traces.

    Raises BadSetting for a certificate or a key of the collector that cannot be read.
    """

    def __init__(self, settings: Settings, metrics: Metrics | None = None) -> None:
        """metrics: default: new ones."""
        self.metrics = metrics or Metrics(settings)
        self.observers: Observers | None = create_observers(settings, self.metrics)
        self._tracing = _create_tracing(settings, self.metrics)
        self.tracer: Tracer | None = self._tracing.tracer if self._tracing else None

    def start(self) -> None:
        """Begin to send what is recorded."""
        if self._tracing:
            self._tracing.exporter.start()

    def stop(self, seconds: float) -> None:
        """Send what is left, for so many seconds at most. Nothing is recorded any longer."""
        if self._tracing:
            self._tracing.exporter.stop(max(seconds, _LEAST_TIME_TO_SEND))
        if self.observers:
            self.observers.flush(seconds)


def _create_tracing(settings: Settings, metrics: Metrics) -> Tracing | None:
    """None without traces."""
    for remark in settings.tracing.remarks:
        log.warning("%s", remark)
    if not settings.tracing.enabled:
        return None
    from .traces.factory import create_tracing

    return create_tracing(settings, metrics)
