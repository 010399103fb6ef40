"""grpcio's synchronous server with our services, reflection and health."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2
from seldon_component.proto import classes

from ..config.settings import UnitSettings
from ..errors import PortTaken
from ..model.interface import Model
from ..system.ports import ALL, given_up, reserve
from ..system.thread_pool import ThreadPool, reader_count
from .counted import UnknownRpcs, counted, rpc_route
from .deferred import CallExecutor
from .goaway import let_clients_leave
from .health import SERVICE as HEALTH
from .health import Health
from .message_room import MessageRoom
from .predictions import OwnRpcs, Services, handlers

if TYPE_CHECKING:
    from ..operations.telemetry import Telemetry
    from ..v2.inference import Inference

_NO_LIMIT = 2**31 - 1
_MOST_STREAMS = 10_000  # of one connection; each takes 20 KB, and a client needs 160 bytes to open one
_OPTIONS = (
    ("grpc.so_reuseport", 0),  # so that a port which is taken is an error
    ("grpc.max_send_message_length", -1),
    # grpcio cancels calls beyond these limits; ours is MAX_WAITING, and its response says so
    ("grpc.server.max_pending_requests", _NO_LIMIT),
    ("grpc.server.max_pending_requests_hard_limit", _NO_LIMIT),
    ("grpc.max_concurrent_streams", _MOST_STREAMS),
    # a client may ping as often as it likes: one that waits long for its response pings meanwhile
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.keepalive_permit_without_calls", 1),
)
# Seconds. After its own grace period, grpcio reports cancelled calls as stopped. So it gets a longer one than ours.
_EXTRA_GRACE = 60.0


class GrpcServer:
    """Serves a model over gRPC. A Transport."""

    def __init__(
        self,
        model: Model,
        port: int,
        threads: int,
        max_message_bytes: int,
        unit: UnitSettings | None = None,
        inference: Inference | None = None,
        with_seldon: bool = True,
        host: str = ALL,
        telemetry: Telemetry | None = None,
        is_graph: bool = False,
        own_rpcs: OwnRpcs | None = None,
        all_bytes: int = _NO_LIMIT,
    ) -> None:
        """Reserve the port, so that nobody else has it. See `reserve` for the host and for what is raised.

        threads: handlers that run at one time. max_message_bytes: a larger request gets RESOURCE_EXHAUSTED.
        unit: its names, for the metadata. inference: for V2, if it is served. with_seldon: whether Seldon's is.
        telemetry: None: nothing is recorded. is_graph: whether the model is one. own_rpcs: see `handlers`.
        all_bytes: of the large messages that are in hand at one time; one more gets RESOURCE_EXHAUSTED.
        """
        services = handlers(model, max_message_bytes, unit, is_graph, own_rpcs) if with_seldon else {}
        services, others = _recorded(services | _v2(inference, max_message_bytes, is_graph), telemetry, port)
        self._server, self._health = _create(services, threads, max_message_bytes, all_bytes), Health(model, services)
        self._add_other_services(services, others)
        self._reserved, self._port = reserve(port, host), port

    def start(self) -> None:
        """Listen on the port, and accept connections in threads of grpcio. Raises PortTaken."""
        with given_up(self._reserved) as address:  # grpcio listens as soon as it has a port
            try:
                self._server.add_insecure_port(address)
            except RuntimeError as error:
                raise PortTaken(f"port {self._port} cannot be listened on: {error}") from None
        self._server.start()

    def model_changed(self) -> None:
        """Update the health service."""
        self._health.update()

    def drain(self) -> None:
        """Go on as before: the health service tells clients, and `stop` lets them leave."""

    def stop(self, grace_period: float) -> bool:
        """Accept no more calls, complete those in flight. False if that took longer than `grace_period` seconds."""
        end = time.monotonic() + grace_period
        self._reserved.close()
        self._health.enter_graceful_shutdown()
        let_clients_leave(self._port, grace_period / 2)
        stopped = self._server.stop(grace_period + _EXTRA_GRACE)
        self._health.stop()
        if stopped.wait(max(end - time.monotonic(), 0.0)):
            return True
        self._server.stop(None)  # cancels the calls that are left
        return False

    def _add_other_services(self, services: Services, others: tuple[UnknownRpcs, ...]) -> None:
        """Health, reflection, which describes every service and message, and at last what takes all other calls."""
        health = grpc.method_handlers_generic_handler(HEALTH, self._health.handlers())
        self._server.add_generic_rpc_handlers((health,))
        pool = classes.pool()
        for module in (health_pb2, reflection_pb2):
            pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
        reflection.enable_server_reflection([*services, HEALTH, reflection.SERVICE_NAME], self._server, pool=pool)
        self._server.add_generic_rpc_handlers(others)


def _create(services: Services, threads: int, max_message_bytes: int, all_bytes: int) -> grpc.Server:
    options = (*_OPTIONS, ("grpc.max_receive_message_length", max_message_bytes))
    readers, room = ThreadPool(reader_count(threads), "grpc-reader"), MessageRoom(all_bytes)
    executor: Any = CallExecutor(threads, readers, room)  # grpcio takes any Executor; its type hints do not
    handlers = [grpc.method_handlers_generic_handler(name, rpcs) for name, rpcs in services.items()]
    return grpc.server(executor, handlers=handlers, options=options)


def _recorded(services: Services, telemetry: Telemetry | None, port: int) -> tuple[Services, tuple[UnknownRpcs, ...]]:
    """The services from the inside: observed, traced, counted. The second part counts calls of other services.

    An observer sees the span of a call. What is counted may have no message, and then no other wrapper sees it.
    """
    if telemetry is None:
        return services, ()
    if telemetry.observers:
        from .observing import observed

        services = observed(services, telemetry.observers)
    if telemetry.tracer:
        from .traced import traced

        services = traced(services, telemetry.tracer, port)
    responses = telemetry.metrics.responses("GRPC", rpc_route)
    return counted(services, responses), (UnknownRpcs(responses),)


def _v2(inference: Inference | None, max_message_bytes: int, is_graph: bool) -> Services:
    """The service of V2, which the reflection can then describe. Its modules are imported only if it is served."""
    if inference is None:
        return {}
    from ..v2 import proto_classes
    from .inference import InferenceService

    proto_classes.add_to(classes.pool())
    return {proto_classes.SERVICE: InferenceService(inference, max_message_bytes, is_graph).handlers()}
