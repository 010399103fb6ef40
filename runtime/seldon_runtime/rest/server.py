"""Granian's HTTP worker, run inside this process: our supervisor is the only process manager of the container."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

from granian._futures import _new_cbscheduler
from granian._granian import SocketHolder, WorkerSignal, WSGIWorker
from granian.http import HTTP1Settings

from ..errors import PortTaken
from .protocol import Application, Environ

_BACKLOG = 1024
_IO_THREADS = 1
_BLOCKING_IO_THREADS = 1
_THREAD_IDLE_SECONDS = 30
_NO_TLS: tuple[Any, ...] = (False, None, None, None, "tls1.3", None, [], False)
_NO_METRICS = (None, None)


def _answering(application: Application) -> Any:
    """What granian calls for each request. It answers by `exchange`, at whatever time."""

    def answer(exchange: Any, environ: Environ) -> None:
        application(environ, exchange.response_bytes)

    return answer


class RestServer:
    """Serves an application on every interface of this machine."""

    def __init__(self, application: Application, port: int, threads: int) -> None:
        """threads: those that read requests, and answer all but predictions. Raises PortTaken."""
        try:
            # our own socket: granian's would share its port with whoever else has it
            descriptor = socket.create_server(("0.0.0.0", port), backlog=_BACKLOG).detach()
        except OSError as error:
            raise PortTaken(f"port {port} cannot be listened on: {error.strerror}") from None
        holder: Any = SocketHolder  # granian's stubs lag behind its arguments
        worker: Any = WSGIWorker
        listener = holder(descriptor, False, _BACKLOG)  # which closes it
        pools = (_IO_THREADS, _BLOCKING_IO_THREADS, threads, _THREAD_IDLE_SECONDS, _BACKLOG)
        http = ("1", HTTP1Settings(), None)
        self._worker = worker(1, (None, listener), None, *pools, *http, None, *_NO_TLS, _NO_METRICS)
        self._loop = asyncio.new_event_loop()  # never run: WSGI has no use for it, the scheduler's type asks for one
        self._scheduler = _new_cbscheduler(self._loop, _answering(application), impl_asyncio=True)
        self._stop = WorkerSignal()
        self._stopped = threading.Event()
        self._stop.add_cb(self._stopped.set)

    def start(self) -> None:
        """Accept connections, in threads of the worker's own."""
        self._worker.serve_str(self._scheduler, None, self._stop)

    def model_changed(self) -> None:
        """Nobody to tell: /ready asks the model itself."""

    def stop(self, grace_period: float) -> bool:
        """Accept no more, answer what is in flight; False when that took longer than `grace_period` seconds."""
        self._stop.set()
        stopped = self._stopped.wait(grace_period)
        self._loop.close()
        return stopped
