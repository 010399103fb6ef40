"""grpcio's synchronous server with our services, reflection and health."""

from __future__ import annotations

from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2
from seldon_component.proto import classes

from ..errors import PortTaken
from ..model.interface import Model
from .deferred import CallExecutor
from .health import SERVICE as HEALTH
from .health import Health
from .predictions import handlers
from .services import SERVICES, full_name

_LATE = 60.0  # seconds: when its own grace ends, grpcio calls what it cut off stopped, too; ours has ended long before


class GrpcServer:
    """Serves a model on every interface of this machine."""

    def __init__(self, model: Model, port: int, threads: int, max_message_bytes: int) -> None:
        """threads: requests that can be held at a time. Larger requests get RESOURCE_EXHAUSTED. Raises PortTaken."""
        options = (
            ("grpc.so_reuseport", 0),  # a port that is taken is a mistake to hear of
            ("grpc.max_receive_message_length", max_message_bytes),
            ("grpc.max_send_message_length", -1),
        )
        workers: Any = CallExecutor(threads, "grpc")  # grpcio takes any Executor, its type hints do not
        self._server = grpc.server(workers, handlers=handlers(model), options=options)
        self._health = Health(model)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._reflect()
        try:
            self._server.add_insecure_port(f"0.0.0.0:{port}")
        except RuntimeError as error:
            raise PortTaken(f"port {port} cannot be listened on: {error}") from None

    def start(self) -> None:
        """Accept connections, in threads of the server's own."""
        self._server.start()

    def model_changed(self) -> None:
        """Tell the watchers of the health service."""
        self._health.tell()

    def stop(self, grace_period: float) -> bool:
        """Accept no more, answer what is in flight; False when that took longer than `grace_period` seconds."""
        stopped = self._server.stop(grace_period + _LATE)
        self._health.end()
        if stopped.wait(grace_period):
            return True
        self._server.stop(None)  # cuts off what is left
        return False

    def _reflect(self) -> None:
        pool = classes.pool()
        for module in (health_pb2, reflection_pb2):
            pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
        names = [*map(full_name, SERVICES), HEALTH, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(names, self._server, pool=pool)
