"""The component in the server's own process, in one thread, on Python 3 only."""

from __future__ import annotations

import logging
import math
import queue
import time
from collections.abc import Callable
from typing import Any

from seldon_component import compat, host, log_lines
from seldon_component.channel.own_process import OwnProcess
from seldon_component.component import Component
from seldon_component.errors import CallError, LoadFailed, ModelError, StartError, Unavailable
from seldon_component.payload import Payload

from ...config.settings import Settings
from ...messages import Request
from ...system.open_files import keep_standard_descriptors
from ...system.scheduling import use_batch_scheduling
from ...system.timer import Timer
from ..assignment import assignment_of
from ..interface import OnChange, OnFailure, ignore_change
from ..queueing import QueueingModel
from ..request_queue import RequestQueue
from ..state import OnConstructed, StateOfObject
from .class_thread import ClassThread

log = logging.getLogger(__name__)


class InlineModel(QueueingModel):
    """Constructs, loads and calls the user's class in one thread. See `Model`."""

    def __init__(
        self,
        settings: Settings,
        queue_: RequestQueue,
        timer: Timer,
        on_failure: OnFailure,
        on_change: OnChange = ignore_change,
        on_constructed: OnConstructed | None = None,
        thread: ClassThread | None = None,
    ) -> None:
        """on_constructed: for a component whose state is kept. thread: one that its owner runs; None: a new one."""
        super().__init__(queue_, timer, settings.max_waiting)
        self._assignment, self._on_constructed = assignment_of(settings), on_constructed
        self._call = self._call_timed if settings.tracing.enabled else self._call_class
        self._on_failure, self._on_change = on_failure, on_change
        self._thread, self._is_own_thread = thread or ClassThread(), thread is None
        self._put_job = self._thread.put
        self._is_busy = self._is_stopping = False
        self.ready, self.process_ids = False, ()
        self.restarts = 0  # a crash of the component is one of the server
        self.description: dict[str, Any] = {}

    def start(self) -> None:
        self._put_job(self._load_or_fail)
        if self._is_own_thread:
            self._thread.start()

    def stop(self, seconds: float = math.inf) -> None:
        """See `Model`. The thread of the component ends with the server's process."""
        with self._lock:
            self._is_stopping, self.ready = True, False
        self._on_change()
        self._put_job(self._clear)
        self._put_job(None)

    def _refusal(self) -> CallError | None:
        if self._is_stopping:
            return Unavailable("the server is shutting down")
        return None if self.ready else Unavailable("the component is not loaded yet")

    def _is_idle(self) -> bool:
        return not self._is_busy

    def _hand_out(self) -> None:
        self._put_job(self._answer_next)

    def _clear(self) -> None:
        with self._lock:
            left = self._queue.clear()
        for queued in left:
            queued.answer(None, Unavailable("the server is shutting down"))

    def _load_or_fail(self) -> None:
        try:
            use_batch_scheduling()
            self._own_process = OwnProcess()
            self._load()
        except BaseException:
            self._fail()

    def _fail(self) -> None:
        """End the server, because our own code has failed. Without it, every request would wait for ever."""
        log.exception("the thread of the component has failed")
        self._on_failure(LoadFailed.exit_code)

    def _load(self) -> None:
        self._thread.takes_signals = True
        try:
            self._component: Component = host.load(self._assignment, self._on_constructed and self._restore)
        except Unavailable:  # the server ends
            return
        except StartError as error:
            self._own_process.end_child()  # only the class's own process may end the server
            log_lines.log_failure(compat.error_text(error))
            return self._on_failure(error.exit_code)
        finally:
            self._thread.takes_signals = False
        self._own_process.end_child()
        keep_standard_descriptors()
        self.description = self._component.describe()
        self._queue.describe_component(self.description)
        with self._lock:
            self.ready = not self._is_stopping
        self._on_change()

    def _answer_next(self) -> None:
        try:
            with self._lock:
                queued = self._take()
                self._is_busy = queued is not None
            if queued is None:  # the one that this job was for has been cancelled, or went with others in a batch
                return
            queued.answer(*self._response(queued.request))
            self._is_busy = False
        except BaseException:
            self._fail()

    def _response(self, request: Request) -> tuple[Payload | None, CallError | None]:
        """A function of its own: an error refers to each frame that it came through, and these must not refer to it."""
        try:
            return self._call(request), None
        except CallError as error:
            return None, error
        except BaseException as error:  # a signal handler of the class raised just before or after the class's own code
            return None, ModelError(f"a signal handler of the class raised {type(error).__name__}: {error}")
        finally:
            self._thread.takes_signals = False  # again, because a handler may raise before the first time
            self._own_process.end_child()

    def _call_timed(self, request: Request) -> Payload:
        began = time.time()
        try:
            return self._call_class(request)
        finally:
            request.call_times = began, max(time.time() - began, 0.0)

    def _call_class(self, request: Request) -> Payload:
        self._thread.takes_signals = True
        try:
            response: Payload = self._component.call(
                request.method, request.content, request.wire, request.trace_parent
            )
            return response
        finally:
            self._thread.takes_signals = False

    def _restore(self, user: object) -> None:
        assert self._on_constructed is not None
        self._own_process.end_child()
        self._on_constructed(StateOfObject(user, self._between_requests))

    def _between_requests(self, call: Callable[[], str | None]) -> str | None:
        """What `call` returns in the component's thread."""
        if self._thread.is_this():
            return call()
        results: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._put_job(lambda: results.put(call()))
        return results.get()
