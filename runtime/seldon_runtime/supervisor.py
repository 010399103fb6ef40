"""The life of the server: start the component and the transports, wait, drain, end. PID 1 of the container."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import TYPE_CHECKING

from seldon_component import collection

from .config.settings import Listener, Settings
from .model.draining import DrainingModel
from .model.factory import create_model
from .model.inline import modules
from .model.inline.class_thread import ClassThread
from .model.interface import Model, OnFailure
from .operations.telemetry import Telemetry
from .system import log as log_of_server
from .system.reaper import reap_orphans
from .system.shutdown import ShutdownSignal
from .system.thread_pool import ThreadPool
from .transports import Extras, Transport, create_transport, modules_used_later, start_metrics_listener

if TYPE_CHECKING:
    from .persistence.saver import StateSaver

log = logging.getLogger(__name__)

_LAST_SCRAPE = 0.5  # seconds, if one has begun
_LEAST_TIME_TO_SAVE = 2.0  # seconds, if requests have used up the whole grace period


CreateModel = Callable[..., Model]


def _create_saver(settings: Settings, on_failure: OnFailure, telemetry: Telemetry) -> StateSaver | None:
    """None if the state is not kept."""
    if not settings.persistence.enabled:
        return None
    from .persistence.saver import StateSaver

    return StateSaver(settings.persistence, on_failure, telemetry.metrics)


class Supervisor:
    """One serving life. `run` returns its exit code.

    class_thread: an inline class lives in the thread that calls its `run`. seconds_left: of the grace period.
    """

    def __init__(self, settings: Settings, create: CreateModel = create_model, extras: Extras | None = None) -> None:
        """create: makes the model, with the arguments of `model.factory.create_model`. extras: of a graph."""
        self._settings = settings
        self._extras = extras
        self._exit_code = 0
        self._end = 0.0  # of the grace period, once that has begun
        self.class_thread = ClassThread()
        self._is_inline = settings.model_process == "inline"
        self._shutdown = ShutdownSignal(self.class_thread.wake)
        self._telemetry = Telemetry(settings)
        self._transports: list[Transport] = []
        self._metrics_listener: Transport | None = None
        self._is_started = self._was_ready = False
        self._saver = _create_saver(settings, self._fail, self._telemetry)
        on_constructed = self._saver.restore if self._saver else None
        self._model = DrainingModel(
            create(settings, self._telemetry, self._fail, self._model_changed, on_constructed, self.class_thread)
        )

    def catch_signals(self) -> None:
        """From now on, SIGTERM and SIGINT end `run`. Call this before it, in the main thread."""
        self._shutdown.catch_signals()
        if self._is_inline:  # the class waits for its own children, and handles its own signals, in this process
            self._shutdown.keep_handlers(self.class_thread.call_handler)
        else:
            reap_orphans()

    def run(self) -> int:
        """Serve until SIGTERM, SIGINT or a failure, then answer the requests in flight. Raises a StartError."""
        try:
            self._telemetry.start()
            transports = self._begin()
            if self._settings.serving.listen == "at-once" or self._shutdown.wait_for_notice():
                self._start(transports)
            self._shutdown.wait()
            self._end = time.monotonic() + self._settings.serving.grace_period
            self._drain()
            log.info("shutting down")
        finally:
            self._end = self._end or time.monotonic() + self._settings.serving.grace_period
            self._stop()
        return self._exit_code

    @property
    def seconds_left(self) -> float:
        """Of the grace period, once `run` has returned."""
        return max(self._end - time.monotonic(), 0.0)

    def _begin(self) -> list[tuple[Listener, Transport]]:
        """Start the component, and create the transports. Raises a StartError."""
        if self._is_inline:
            return self._begin_inline()
        self._model.start()  # it loads while the transports are imported
        transports = self._create_transports()
        collection.begin()
        return transports

    def _begin_inline(self) -> list[tuple[Listener, Transport]]:
        transports = self._create_transports()
        modules.check_names(self._settings.folder, modules_used_later(self._settings))
        collection.begin()
        self._model.start()  # from now on, an import may find a file of the model's folder
        return transports

    def _create_transports(self) -> list[tuple[Listener, Transport]]:
        """They reserve their ports, so that a port which is taken is found before the class is loaded."""
        listeners = self._settings.listeners
        for listener in listeners:
            transport = create_transport(
                listener, self._model, self._settings, self._telemetry, self._saver, self._extras
            )
            self._transports.append(transport)
        self._metrics_listener = start_metrics_listener(self._settings, self._telemetry)
        return list(zip(listeners, self._transports, strict=True))

    def _start(self, transports: list[tuple[Listener, Transport]]) -> None:
        for listener, transport in reversed(transports):  # REST last: its /ready speaks for both
            transport.model_changed()  # the model may have changed before the transport was in the list
            transport.start()
            log.info("%s on port %d, serving %s", listener.api, listener.port, self._settings.model_name)
        self._is_started = True

    def _drain(self) -> None:
        """Serve for a while, until those who send requests know that this server ends. Nobody knows one that loads."""
        seconds = self._settings.serving.drain
        has_served = self._is_started and self._was_ready
        if not seconds or not has_served or self._shutdown.has_failed:
            return
        log.info("draining for %g s", seconds)
        self._model.drain()
        for transport in self._transports:
            transport.model_changed()
            transport.drain()
        self._shutdown.wait_for_another(seconds)

    def _stop(self) -> None:
        self._stop_transports(self.seconds_left)
        if self._saver:
            code = self._saver.stop(max(self.seconds_left, _LEAST_TIME_TO_SAVE))
            self._exit_code = self._exit_code or code
        self._model.stop(self.seconds_left)
        self._telemetry.stop(self.seconds_left)
        if self._metrics_listener:  # the last, so that the end of the others can still be seen
            self._metrics_listener.stop(_LAST_SCRAPE)

    def _stop_transports(self, grace: float) -> None:
        """All at the same time, because they share the grace period. With a state to save, not all of it is theirs."""
        if self._saver:
            grace -= min(_LEAST_TIME_TO_SAVE, grace / 2)
        threads = ThreadPool(len(self._transports), "stop")
        stopping = [threads.submit(transport.stop, grace) for transport in self._transports]
        wait(stopping)
        if not all(future.result() for future in stopping):
            log.warning("requests were still in flight after %g s", grace)

    def _model_changed(self) -> None:
        for transport in list(self._transports):
            transport.model_changed()
        if self._model.ready and not self._was_ready:
            self._was_ready = True
            log_of_server.enable()
            if remark := self._model.description.get("remark"):
                log.warning("%s", remark)
            self._shutdown.notify()

    def _fail(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self._shutdown.fail()
