"""The standard grpc.health.v1.Health. The status of every service is the readiness of the model.

`Check` needs no thread, because clients that send no message may hold all of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from seldon_component.errors import BadPayload

from ..errors import NotFound
from ..model.interface import Model
from .unary import quick

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
        self._status: Any = None
        self._is_stopping = False
        self.update()

    def handlers(self) -> dict[str, Any]:
        """RPC -> its handler."""
        watch = grpc.unary_stream_rpc_method_handler(
            self.Watch, HealthCheckRequest.FromString, HealthCheckResponse.SerializeToString
        )
        return {"Check": quick(self._check), "Watch": watch}

    def update(self) -> None:
        """Publish the present status of the model, if it is another one than before."""
        with self._updating:
            status = HealthCheckResponse.SERVING if self._model.ready else HealthCheckResponse.NOT_SERVING
            if status == self._status:
                return  # each `Watch` would receive it again
            self._status = status
            for service in self._services:
                self.set(service, status)

    def enter_graceful_shutdown(self) -> None:
        """NOT_SERVING, for good."""
        self._is_stopping = True
        super().enter_graceful_shutdown()

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

    def _check(self, body: bytes) -> bytes:
        try:
            service = HealthCheckRequest.FromString(body).service
        except DecodeError as error:
            raise BadPayload(f"the request is no grpc.health.v1.HealthCheckRequest: {error}") from None
        if service not in self._services:
            raise NotFound(f"service: expected one of {', '.join(self._services[1:])}, found '{service}'")
        status = HealthCheckResponse.NOT_SERVING if self._is_stopping else self._status
        encoded: bytes = HealthCheckResponse(status=status).SerializeToString()
        return encoded
