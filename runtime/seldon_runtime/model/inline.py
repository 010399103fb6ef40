"""The component in the server's own process, in one thread of its own, on Python 3 only."""

from __future__ import annotations

import logging
import math
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

from seldon_component import host
from seldon_component.channel.own_process import OwnProcess
from seldon_component.component import Component
from seldon_component.errors import CallError, LoadFailed, StartError, Unavailable
from seldon_component.payload import Payload

from ..config.settings import Settings
from ..messages import Request
from ..system.scheduling import use_batch_scheduling
from ..system.timer import Timer
from .assignment import assignment_of
from .interface import OnChange, OnFailure, ignore_change
from .queueing import QueueingModel
from .request_queue import QueuedRequest, RequestQueue
from .state import OnConstructed, StateOfObject

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
    ) -> None:
        """on_constructed: for a component whose state is kept."""
        super().__init__(queue_, timer, settings.max_waiting)
        self._assignment = assignment_of(settings)
        self._on_constructed = on_constructed
        self._on_failure = on_failure
        self._on_change = on_change
        self._jobs: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="model", daemon=True)
        self._is_busy = self._is_stopping = False
        self.ready = False
        self.restarts = 0  # a crash of the component is one of the server
        self.description: dict[str, Any] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = math.inf) -> None:
        """See `Model`. The thread of the component ends with the server's process."""
        with self._lock:
            self._is_stopping, self.ready = True, False
        self._on_change()
        self._jobs.put(None)

    def _refusal(self) -> CallError | None:
        if self._is_stopping:
            return Unavailable("the server is shutting down")
        return None if self.ready else Unavailable("the component is not loaded yet")

    def _is_idle(self) -> bool:
        return not self._is_busy

    def _hand_out(self) -> None:
        self._jobs.put(self._answer_next)

    def _work(self) -> None:
        """Ends the server if our own code fails. Without this thread, every request would wait for ever."""
        try:
            self._load_and_answer()
        except BaseException:
            log.exception("the thread of the component has failed")
            self._on_failure(LoadFailed.exit_code)

    def _load_and_answer(self) -> None:
        use_batch_scheduling()
        self._own_process = OwnProcess()
        if not self._load():
            return
        while (job := self._jobs.get()) is not None:
            job()
        with self._lock:
            left = self._queue.clear()
        for queued in left:
            queued.answer(None, Unavailable("the server is shutting down"))

    def _load(self) -> bool:
        """Whether the component is loaded."""
        try:
            self._component: Component = host.load(self._assignment, self._on_constructed and self._restore)
        except Unavailable:  # the server ends
            return False
        except StartError as error:
            self._own_process.end_child()  # only the class's own process may end the server
            print(error, file=sys.stderr, flush=True)
            self._on_failure(error.exit_code)
            return False
        self._own_process.end_child()
        self.description = self._component.describe()
        self._queue.describe_component(self.description)
        with self._lock:
            self.ready = not self._is_stopping
        self._on_change()
        return True

    def _answer_next(self) -> None:
        with self._lock:
            queued = self._take()
            self._is_busy = queued is not None
        if queued is None:  # the one that this job was for has been cancelled, or went with others in a batch
            return
        self._answer(queued)
        self._is_busy = False

    def _answer(self, queued: QueuedRequest) -> None:
        queued.answer(*self._response(queued.request))

    def _response(self, request: Request) -> tuple[Payload | None, CallError | None]:
        """A function of its own: an error refers to each frame that it came through, and these must not refer to it."""
        try:
            return self._component.call(request.method, request.content, request.wire), None
        except CallError as error:
            return None, error
        finally:
            self._own_process.end_child()

    def _restore(self, user: object) -> None:
        assert self._on_constructed is not None
        self._own_process.end_child()
        self._on_constructed(StateOfObject(user, self._between_requests))

    def _between_requests(self, call: Callable[[], str | None]) -> str | None:
        """What `call` returns in the component's thread."""
        if threading.current_thread() is self._thread:
            return call()
        results: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._jobs.put(lambda: results.put(call()))
        return results.get()
