"""A worker: a process of the component, started, watched, and restarted after a crash."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seldon_component.errors import LoadFailed, Unavailable

from ..config.settings import Settings
from ..errors import ModelCrashed, RestartLoop
from ..system.backoff import Backoff
from ..system.reaper import await_children
from .interface import OnFailure
from .process import ComponentProcess
from .request_queue import QueuedRequest
from .state import OnConstructed, StateOfProcess

log = logging.getLogger(__name__)

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 8.0  # seconds before a restart; there is none before the first in a row
_STOP_TIMEOUT = 5.0  # seconds for the user's own clean-up at exit


@dataclass(frozen=True)
class WorkerCallbacks:
    """What a worker calls, from its own threads.

    on_room: after each response. on_change: when `process` has changed, with the requests that a process which ended
    did not begin. on_constructed: for a component whose state is kept.
    """

    on_room: Callable[[], None]
    on_change: Callable[[list[QueuedRequest]], None]
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

    def wait(self) -> None:
        """After `hang_up`: return when the process has ended, or has been killed because it took too long."""
        if self._starting:
            self._starting.wait(_STOP_TIMEOUT)

    def _watch(self) -> None:
        try:
            with await_children(lambda pid: self._starting is not None and pid == self._starting.pid):
                self._keep_running()
        except Exception:  # no process could be started at all
            log.exception("the component's process cannot be watched any longer")
            self._call.on_failure(LoadFailed.exit_code)

    def _keep_running(self) -> None:
        crashes, backoff = 0, Backoff(_FIRST_WAIT, _LONGEST_WAIT)
        while crashes <= self._settings.restart_limit:
            process = self._start_process()
            if process is None:
                return
            code = self._run(process)
            if self._stopped.is_set():
                return
            if not self.description:
                return self._fail_to_load(process, code)
            if process.answered:
                crashes = 0
                backoff.reset()
            crashes += 1
            self._log_crash(process, code, crashes)
            if crashes > 1:
                self._stopped.wait(backoff.next_wait())
        log.error("the component crashed %d times in a row without an answer in between: giving up", crashes)
        self._call.on_failure(RestartLoop.exit_code)

    def _start_process(self) -> ComponentProcess | None:
        """The next process; None after the stop."""
        with self._start:
            if self._stopped.is_set():
                return None
            self.restarts += bool(self.description)  # there is one as soon as a first process was loaded
            state = StateOfProcess(self._settings) if self._call.on_constructed else None
            self._starting = ComponentProcess(self._settings, self._window, self._call.on_room, self._retract, state)
            return self._starting

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
            self._call.on_change([])
        code = process.wait()
        with self._lock:
            self.process = None
        remains = process.close()
        for queued in remains.begun:
            doing = "answering this request" if queued is remains.suspect else "it had this request in hand"
            queued.answer(None, ModelCrashed(process.exit_description(code, doing)))
        self._call.on_change(remains.untouched)
        return code

    def _retract(self) -> None:
        """The process sends no more responses, and so gets no more requests."""
        with self._lock:
            self.process = None
        self._call.on_change([])

    def _fail_to_load(self, process: ComponentProcess, code: int) -> None:
        if process.start_failure is None:  # else the component has printed the reason itself
            log.error(process.exit_description(code, "loading"))
        self._call.on_failure(code if code > 0 else LoadFailed.exit_code)

    def _log_crash(self, process: ComponentProcess, code: int, crashes: int) -> None:
        ending, limit = process.exit_description(code, "serving"), self._settings.restart_limit
        log.error("%s; restarting it (%d of at most %d in a row)", ending, crashes, limit)
