"""The component in processes of its own, in the user's Python, reached over Unix sockets."""

from __future__ import annotations

import math
import time
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

from seldon_component.errors import CallError, Unavailable

from ...config.settings import Settings
from ...messages import Request
from ...system.timer import Timer
from ..interface import OnAnswer, OnChange, OnFailure, ignore_change
from ..queueing import QueueingModel
from ..request_queue import QueuedRequest, RequestQueue
from .process import ComponentProcess
from .request_frames import frame_of
from .suspects import Suspects
from .worker import Worker, WorkerCallbacks

if TYPE_CHECKING:
    from ..state import OnConstructed

_LOOPING = "the component has crashed again and again; the server goes on trying to start it"
_WINDOW = 16  # requests that the one process of a component is given at a time, at most: see `Window`


class SeparateModel(QueueingModel):
    """MODEL_WORKERS processes behind one queue. See `Model`.

    Of several processes, each has one request at a time, so that a slow request holds up nobody whom another process
    could answer. Ready once all are loaded; from then on, as long as one is.
    """

    def __init__(
        self,
        settings: Settings,
        queue: RequestQueue,
        timer: Timer,
        on_failure: OnFailure,
        on_change: OnChange = ignore_change,
        on_constructed: OnConstructed | None = None,
    ) -> None:
        """on_constructed: for a component whose state is kept."""
        super().__init__(queue, timer, settings.max_waiting)
        self._restart_wait = settings.restart_wait
        self._on_change = on_change
        self._stopping = False
        self._is_batching = settings.batch_max_size > 1
        self._suspects = Suspects()
        callbacks = WorkerCallbacks(self._on_room, self._worker_changed, self._suspects.add, on_failure, on_constructed)
        window = _window(settings)
        self._workers = [Worker(settings, window, self._lock, callbacks) for _ in range(settings.model_workers)]
        self._outages = 0  # a number for each time without a ready process
        self.description: dict[str, Any] = {}

    @property
    def ready(self) -> bool:
        return bool(self.description) and not self._stopping and any(worker.process for worker in self._workers)

    @property
    def restarts(self) -> int:
        return sum(worker.restarts for worker in self._workers)

    @property
    def waiting(self) -> int:
        return len(self._queue) + sum(worker.process.waiting for worker in self._workers if worker.process)

    @property
    def process_ids(self) -> tuple[int, ...]:
        processes = [worker.process for worker in self._workers]
        return tuple(process.pid if process else 0 for process in processes)

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def stop(self, seconds: float = math.inf) -> None:
        end = time.monotonic() + seconds
        with self._lock:
            self._stopping = True
            left = self._queue.clear()
        self._on_change()
        for queued in left:
            queued.answer(None, _shutting_down())
        for worker in self._workers:
            worker.hang_up()
        for worker in self._workers:
            worker.wait(max(end - time.monotonic(), 0.0))

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        if self._suspects.outlines:
            guarded = self._suspects.guard(request, on_answer)
            if guarded is None:
                return
            on_answer = guarded
        queued = QueuedRequest(request, on_answer)
        request.on_cancel = partial(self._withdraw, queued)
        process = self._give_at_once(queued)
        if process is None:
            self._enqueue(queued)
        else:
            process.send_soon()

    def _give_at_once(self, queued: QueuedRequest) -> ComponentProcess | None:
        """The process that got a request past the queue, because nothing waits and it has room. For speed alone."""
        if self._is_batching or not self.description:
            return None
        try:
            queued.frame = frame_of(queued)
        except Exception:  # `_enqueue` finds the same, and answers
            return None
        with self._lock:
            if len(self._queue) or self._stopping:
                return None
            for worker in self._workers:
                process = worker.process
                if process is not None and process.has_room:
                    process.give(queued)
                    return process
        return None

    def _refusal(self) -> CallError | None:
        if self._stopping:
            return _shutting_down()
        if not self.description:
            return Unavailable("the component is not loaded yet")
        return Unavailable(_LOOPING) if all(worker.is_looping for worker in self._workers) else None

    def _prepare(self, queued: QueuedRequest) -> None:
        if not self._is_batching and queued.frame is None:  # here, so that the thread which sends has less to do
            queued.frame = frame_of(queued)

    def _put(self, queued: QueuedRequest) -> float | None:
        if not self.ready:
            self._limit_wait([queued])
        return super()._put(queued)

    def _is_idle(self) -> bool:
        return any(worker.process and worker.process.is_idle for worker in self._workers)

    def _hand_out(self) -> None:
        with self._lock:
            filled = [worker.process for worker in self._workers if worker.process and self._fill(worker.process)]
        for process in filled:
            process.send()

    def _fill(self, process: ComponentProcess) -> bool:
        """Give a process as much as it has room for; False if that is nothing. With the lock held."""
        was_filled = False
        while process.has_room and (queued := self._take()) is not None:
            process.give(queued)
            was_filled = True
        return was_filled

    def _on_room(self) -> None:
        if len(self._queue):
            self._hand_out()

    def _worker_changed(self, left: list[QueuedRequest]) -> None:
        """A worker's process is loaded, or has ended and did not begin the requests `left`."""
        left = self._without_refused(left)
        with self._lock:
            if not self.description and all(worker.process for worker in self._workers):
                self.description = self._workers[0].description
                self._queue.describe_component(self.description)
            if not self._stopping:
                self._queue.put_back(left)
                left = []
            refusal = self._refusal()
            left += self._queue.clear() if refusal else []
            if self.ready:
                self._outages += 1  # of the next one, so that no wait of an earlier one counts
            else:
                self._limit_wait(self._queue.waiting())
        for queued in left:
            queued.answer(None, refusal)
        self._on_change()
        self._refuse_waiting()
        self._hand_out()

    def _refuse_waiting(self) -> None:
        """Answer the waiting requests on which the class has crashed too often."""
        if not self._suspects.outlines:
            return
        with self._lock:
            waiting = self._queue.waiting()
        refused = [(queued, error) for queued in waiting if (error := self._suspects.refusal(queued.request))]
        with self._lock:
            refused = [(queued, error) for queued, error in refused if self._queue.discard(queued)]
        for queued, error in refused:
            queued.answer(None, error)

    def _without_refused(self, left: list[QueuedRequest]) -> list[QueuedRequest]:
        """The others of the requests that a process did not begin."""
        kept = []
        for queued in left:
            error = self._suspects.refusal(queued.request)
            if error:
                queued.answer(None, error)
            else:
                kept.append(queued)
        return kept

    def _limit_wait(self, waiting: list[QueuedRequest]) -> None:
        """Have requests wait for a restart no longer than RESTART_WAIT_SECONDS."""
        if waiting:
            known = [weakref.ref(queued) for queued in waiting]  # one that is answered goes with its message
            self._timer.at(time.monotonic() + self._restart_wait, partial(self._give_up, known, self._outages))

    def _give_up(self, known: list[weakref.ref[QueuedRequest]], outage: int) -> None:
        """Answer those requests that still wait, if no process was ready since then."""
        waiting = [queued for one in known if (queued := one()) is not None]
        with self._lock:
            left = [] if self._outages > outage else [queued for queued in waiting if self._queue.discard(queued)]
        for queued in left:
            queued.answer(None, Unavailable("the component is restarting"))


def _shutting_down() -> Unavailable:
    return Unavailable("the server is shutting down")


def _window(settings: Settings) -> int:
    """How many requests each process is given at a time."""
    is_one = settings.model_workers == 1 and settings.batch_max_size == 1
    return min(_WINDOW, settings.max_waiting + 1) if is_one else 1
