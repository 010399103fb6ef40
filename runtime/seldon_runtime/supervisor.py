"""PID 1 of the container: starts the component and the transports, waits, drains, ends."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable

from .metrics import Metrics
from .model import Model, OnFailure
from .model_inline import ModelInline
from .model_measured import MeasuredModel
from .model_process import ModelProcess
from .settings import Settings

log = logging.getLogger(__name__)

_MODELS: dict[str, Callable[[Settings, OnFailure], Model]] = {"separate": ModelProcess, "inline": ModelInline}


class Supervisor:
    """One serving life. `run` returns its exit code."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._exit_code = 0
        self._ended = threading.Event()
        self._metrics = Metrics(settings)
        self._model: Model = MeasuredModel(_MODELS[settings.model_process](settings, self._fail), self._metrics)

    def run(self) -> int:
        """Serve until SIGTERM, SIGINT or a failure; then answer what is in flight."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ended.set())
        self._model.start()
        from .rest.app import create_app  # the component loads while these are imported
        from .rest.server import RestServer

        http_port = self._settings.http_port
        assert http_port is not None
        app = create_app(self._model, self._settings, self._metrics)
        rest = RestServer(app, http_port, self._settings.server_threads)
        rest.start()
        log.info("REST on port %d, serving %s", http_port, self._settings.model_name)
        self._ended.wait()
        log.info("shutting down")
        if not rest.stop(self._settings.grace_period):
            log.warning("requests were still in flight after %g s", self._settings.grace_period)
        self._model.stop()
        return self._exit_code

    def _fail(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self._ended.set()
