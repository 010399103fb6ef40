"""PID 1 of the container: starts the component and the transports, waits, drains, ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import TYPE_CHECKING, Protocol

from .config.settings import Settings
from .metrics import Metrics
from .model.factory import create_model
from .model.interface import Model, OnFailure
from .system.shutdown import ShutdownSignal
from .system.thread_pool import ThreadPool

if TYPE_CHECKING:
    from .persistence.saver import StateSaver

log = logging.getLogger(__name__)

_LEAST_TIME_TO_SAVE = 2.0  # seconds, if requests have used up the whole grace period


def _create_saver(settings: Settings, on_failure: OnFailure, metrics: Metrics) -> StateSaver:
    from .persistence.saver import StateSaver

    return StateSaver(settings, on_failure, metrics)


class Transport(Protocol):
    """One API on one port."""

    def start(self) -> None:
        """Accept connections."""

    def model_changed(self) -> None:
        """The model's readiness is not what it was."""

    def stop(self, grace_period: float) -> bool:
        """Accept no more, answer what is in flight; False when that took longer than `grace_period` seconds."""


def _rest(model: Model, settings: Settings, metrics: Metrics, saver: StateSaver | None) -> Transport:
    from .rest.factory import create_application
    from .rest.server import RestServer

    assert settings.http_port is not None
    return RestServer(create_application(model, settings, metrics, saver), settings.http_port, settings.max_body_bytes)


def _grpc(model: Model, settings: Settings, metrics: Metrics, saver: StateSaver | None) -> Transport:
    from .grpc.server import GrpcServer

    assert settings.grpc_port is not None
    return GrpcServer(model, settings.grpc_port, settings.server_threads, settings.grpc_max_message_bytes)


# Each imports its own libraries: nothing is loaded that the chosen API does not use.
_TRANSPORTS: dict[str, Callable[[Model, Settings, Metrics, StateSaver | None], Transport]] = {
    "REST": _rest,
    "GRPC": _grpc,
}


class Supervisor:
    """One serving life. `run` returns its exit code."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._exit_code = 0
        self._ending = ShutdownSignal()
        self._metrics = Metrics(settings)
        self._transports: list[Transport] = []
        self._create_saver = _create_saver(settings, self._fail, self._metrics) if settings.persistence else None
        on_constructed = self._create_saver.restore if self._create_saver else None
        self._model = create_model(settings, self._metrics, self._fail, self._model_changed, on_constructed)

    def run(self) -> int:
        """Serve until SIGTERM, SIGINT or a failure; then answer what is in flight. Raises PortTaken."""
        self._ending.catch_signals()
        self._model.start()  # it loads while the transports are imported
        try:
            self._start_transports()
            self._ending.wait()
            log.info("shutting down")
        finally:
            end = time.monotonic() + self._settings.grace_period
            self._stop_transports()
            if self._create_saver:
                code = self._create_saver.stop(max(end - time.monotonic(), _LEAST_TIME_TO_SAVE))
                self._exit_code = self._exit_code or code
            self._model.stop()
        return self._exit_code

    def _start_transports(self) -> None:
        for api in reversed(self._settings.apis):  # REST last: its /ready speaks for both
            transport = _TRANSPORTS[api](self._model, self._settings, self._metrics, self._create_saver)
            self._transports.append(transport)
            transport.model_changed()  # what changed before it was on the list
            transport.start()
            port = self._settings.http_port if api == "REST" else self._settings.grpc_port
            log.info("%s on port %d, serving %s", api, port, self._settings.model_name)

    def _stop_transports(self) -> None:
        """All at a time: they share the grace period."""
        grace = self._settings.grace_period
        workers = ThreadPool(len(_TRANSPORTS), "stop")
        stopping = [workers.submit(transport.stop, grace) for transport in self._transports]
        wait(stopping)
        if not all(future.result() for future in stopping):
            log.warning("requests were still in flight after %g s", grace)

    def _model_changed(self) -> None:
        for transport in list(self._transports):
            transport.model_changed()

    def _fail(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self._ending.fail()
