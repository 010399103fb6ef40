"""A worker: a process of the component, started, watched, and restarted after a crash."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from seldon_component.errors import LoadFailed, Unavailable

from ...config.settings import Settings
from ...errors import ModelCrashed, RestartLoop
from ...messages import Request
from ...system.reaper import await_children
from ..interface import OnFailure
from ..request_queue import QueuedRequest
from .crash_loop import CrashLoop
from .process import ComponentProcess

if TYPE_CHECKING:
    from ..state import OnConstructed, StateOfProcess

log = logging.getLogger(__name__)

_STOP_TIMEOUT = 5.0  # seconds for the user's own clean-up at exit
_LEAST_STOP_TIMEOUT = 1.0  # seconds for it, if requests have used up the grace period and the class is idle again


class WorkerCallbacks(NamedTuple):
    """What a worker calls, from its own threads.

    on_room: after each response. on_change: when `process` or `is_looping` has changed, with the requests that a
    process which ended did not begin. on_crash: with the request on which the class has most likely crashed.
    on_constructed: for a component whose state is kept.
    """

    on_room: Callable[[], None]
    on_change: Callable[[list[QueuedRequest]], None]
    on_crash: Callable[[Request], None]
    on_failure: OnFailure
    on_constructed: OnConstructed | None


class Worker:
    """Keeps one process of the component running, until `stop`."""

    def __init__(self, settings: Settings, window: int, lock: threading.Lock, callbacks: WorkerCallbacks) -> None:
        """window: of each ComponentProcess. lock: the model's, held while `process` changes."""
        self._settings = settings
        self._window = window
        self._lock = lock
        self._call = callbacks
        self._starting: ComponentProcess | None = None
        self._stopped = threading.Event()
        self._start = threading.Lock()  # no process is started after the stop
        self._thread = threading.Thread(target=self._watch, name="model-watcher", daemon=True)
        self.process: ComponentProcess | None = None  # the one that is loaded
        self.description: dict[str, Any] = {}
        self.restarts = 0
        self._crash_fields: dict[str, Any] = {}  # what the log's entry about the last crash says of its request
        self.is_looping = False  # whether more than RESTART_LIMIT crashes in a row were the last that happened

    def start(self) -> None:
        self._thread.start()

    def hang_up(self) -> None:
        """Have the process end after its last response; no other is started."""
        with self._start, self._lock:
            self._stopped.set()
            loading, process, self.process = self.process is None, self._starting, None
        if process:
            process.hang_up()
            if loading:  # it would hear of it only after the load
                process.terminate()

    def wait(self, seconds: float) -> None:
        """After `hang_up`: return when the process has ended, or has been killed because it took too long."""
        if process := self._starting:
            least = 0.0 if process.is_working else _LEAST_STOP_TIMEOUT
            process.wait(min(max(seconds, least), _STOP_TIMEOUT))

    def _watch(self) -> None:
        try:
            with await_children(lambda pid: self._starting is not None and pid == self._starting.pid):
                self._keep_running()
        except Exception:  # no process could be started at all
            log.exception("the component's process cannot be watched any longer")
            self._call.on_failure(LoadFailed.exit_code)

    def _keep_running(self) -> None:
        crashes = CrashLoop(self._settings.restart_limit)
        while (ended := self._run_next()) is not None:
            ending, answered = ended
            crashes.add(answered)
            if crashes.exceeds_limit and self._settings.on_crash_loop == "exit":
                log.error("%s; it crashed %d times in a row without an answer: giving up", ending, crashes.count)
                return self._call.on_failure(RestartLoop.exit_code)
            wait = crashes.next_wait()
            limit = self._settings.restart_limit
            log.error(
                "%s; restarting it in %g s (%d in a row, the limit is %d)",
                *(ending, wait, crashes.count, limit),
                extra=self._crash_fields,
            )
            if crashes.exceeds_limit:
                self._refuse()
            self._stopped.wait(wait)

    def _run_next(self) -> tuple[str, int] | None:
        """How the next process ended, in words, and how many requests it has answered. None if no other follows."""
        try:
            process = self._start_process()
        except OSError as error:  # no memory or no descriptor is left, for a while
            if not self.description:
                raise
            return f"the component's process cannot be started ({error})", 0
        if process is None:
            return None
        code = self._run(process)
        if self._stopped.is_set():
            return None
        if not self.description:
            self._fail_to_load(process, code)
            return None
        return process.exit_description(code, "serving"), process.answered

    def _refuse(self) -> None:
        with self._lock:
            self.is_looping = True
        self._call.on_change([])

    def _start_process(self) -> ComponentProcess | None:
        """The next process; None after the stop."""
        with self._start:
            if self._stopped.is_set():
                return None
            self.restarts += bool(self.description)  # there is one as soon as a first process was loaded
            self._starting = ComponentProcess(
                self._settings, self._window, self._call.on_room, self._retract, self._new_state()
            )
            return self._starting

    def _new_state(self) -> StateOfProcess | None:
        """None for a component whose state is not kept."""
        if not self._call.on_constructed:
            return None
        from ..state import StateOfProcess

        return StateOfProcess(self._settings)

    def _run(self, process: ComponentProcess) -> int:
        """Have a process loaded, and wait for its end. Returns its exit code."""
        if self._call.on_constructed and process.state:
            with contextlib.suppress(Unavailable):  # the process has ended, or the server ends: `wait` tells
                self._call.on_constructed(process.state)
        description = process.wait_until_loaded()
        if description is not None:
            with self._lock:
                self.description = description
                self.process = None if self._stopped.is_set() else process
                self.is_looping = False
            self._call.on_change([])
        code = process.wait()
        with self._lock:
            self.process = None
        self._call.on_change(self._fail_begun(process, code))
        return code

    def _fail_begun(self, process: ComponentProcess, code: int) -> list[QueuedRequest]:
        """Answer the requests that a process has begun and not answered; returns those that another one can have."""
        remains = process.close()
        self._crash_fields = remains.suspect.request.log_fields if remains.suspect else {}
        if remains.suspect:
            self._call.on_crash(remains.suspect.request)  # first, because the client may send it again at once
        for queued in remains.begun:
            doing = "answering this request" if queued is remains.suspect else "it had this request in hand"
            queued.answer(None, ModelCrashed(process.exit_description(code, doing)))
        return remains.untouched

    def _retract(self) -> None:
        """The process sends no more responses, and so gets no more requests."""
        with self._lock:
            self.process = None
        self._call.on_change([])

    def _fail_to_load(self, process: ComponentProcess, code: int) -> None:
        if process.start_failure is None:  # else the component has printed the reason itself
            log.error(process.exit_description(code, "loading"))
        self._call.on_failure(code if code > 0 else LoadFailed.exit_code)
