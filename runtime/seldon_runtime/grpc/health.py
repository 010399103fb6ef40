"""The standard grpc.health.v1.Health. The status of every service is the readiness of the model."""

from __future__ import annotations

import threading
from typing import Any

from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse

from ..model.interface import Model
from .services import SERVICES, full_name

SERVICE = health.SERVICE_NAME
_WHOLE_SERVER = ""


class Health(health.HealthServicer):
    """SERVING while the model is ready. Every `Watch` receives each change."""

    def __init__(self, model: Model) -> None:
        super().__init__()  # its `Watch` holds no thread
        self._model = model
        self._updating = threading.Lock()  # so that the last status set is the last one read
        self._status: Any = None
        self._watchers: set[Any] = set()
        self.update()

    def update(self) -> None:
        """Publish the present status of the model."""
        with self._updating:
            status = HealthCheckResponse.SERVING if self._model.ready else HealthCheckResponse.NOT_SERVING
            if status == self._status:  # a `Watch` gets changes only
                return
            self._status = status
            for service in (_WHOLE_SERVER, *map(full_name, SERVICES)):
                self.set(service, status)

    def stop(self) -> None:
        """Publish NOT_SERVING for good and end every `Watch`, which would else last until the grace period is over."""
        self.enter_graceful_shutdown()
        for send in list(self._watchers):
            send(None)

    def Watch(self, request: Any, context: Any, send_response_callback: Any = None) -> Any:
        """Like the base class, but keeps the callback for `stop`."""
        self._watchers.add(send_response_callback)
        context.add_callback(lambda: self._watchers.discard(send_response_callback))
        return super().Watch(request, context, send_response_callback)
