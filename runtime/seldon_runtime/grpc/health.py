"""The standard grpc.health.v1.Health, which says of every service what the model's readiness is."""

from __future__ import annotations

import threading
from typing import Any

from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse

from ..model.interface import Model
from .services import SERVICES, full_name

SERVICE = health.SERVICE_NAME
_OF_ALL = ""


class Health(health.HealthServicer):
    """SERVING while the model is ready; every `Watch` hears of a change."""

    def __init__(self, model: Model) -> None:
        super().__init__()  # Watch does not hold a thread
        self._model = model
        self._telling = threading.Lock()
        self._watching: set[Any] = set()
        self.tell()

    def tell(self) -> None:
        """Say how it stands now, whichever change is heard of first."""
        with self._telling:
            status = HealthCheckResponse.SERVING if self._model.ready else HealthCheckResponse.NOT_SERVING
            for service in (_OF_ALL, *map(full_name, SERVICES)):
                self.set(service, status)

    def end(self) -> None:
        """NOT_SERVING from now on; ends every `Watch`, which would else last as long as the grace period."""
        self.enter_graceful_shutdown()
        for send in list(self._watching):
            send(None)

    def Watch(self, request: Any, context: Any, send_response_callback: Any = None) -> Any:
        self._watching.add(send_response_callback)
        context.add_callback(lambda: self._watching.discard(send_response_callback))
        return super().Watch(request, context, send_response_callback)
