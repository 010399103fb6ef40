"""The standard grpc.health.v1.Health. The status of every service is the readiness of the model."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse

from ..model.interface import Model

SERVICE = health.SERVICE_NAME
_WHOLE_SERVER = ""


class Health(health.HealthServicer):
    """SERVING while the model is ready. Every `Watch` receives each change."""

    def __init__(self, model: Model, services: Iterable[str]) -> None:
        """services: the full names of those that it knows."""
        super().__init__()  # its `Watch` holds no thread
        self._model = model
        self._services = (_WHOLE_SERVER, *services)
        self._updating = threading.Lock()  # so that the last status set is the last one read
        self._watchers: set[Any] = set()
        self._status: int | None = None
        self.update()

    def update(self) -> None:
        """Publish the present status of the model, if it is another one than before."""
        with self._updating:
            status = HealthCheckResponse.SERVING if self._model.ready else HealthCheckResponse.NOT_SERVING
            if status == self._status:
                return  # each `Watch` would receive it again
            self._status = status
            for service in self._services:
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
