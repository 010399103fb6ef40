"""The component in a process of its own, in the user's Python, reached over a Unix socket."""

from __future__ import annotations

import contextlib
import logging
import signal
import subprocess
import threading
from typing import Any

from seldon_component.channel.frames import frame
from seldon_component.errors import LoadFailed, Unavailable

from ..config.settings import Settings
from ..errors import RestartLoop
from ..messages import Content
from ..system.reaper import reap_orphans
from .interface import Asked, Done, OnChange, OnFailure, ignore_change
from .process import Asking, ComponentProcess
from .state import OnConstructed, StateOfProcess

log = logging.getLogger(__name__)

_SIGNALS = {number.value: number.name for number in signal.Signals}
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 8.0  # seconds
_STOP_TIMEOUT = 5.0  # seconds for the user's own clean-up at exit


def check(settings: Settings) -> int:
    """Import the class in its own Python and look for its main method; the exit code of that."""
    return ComponentProcess(settings, "check").process.wait()


class SeparateModel(Asked):
    """Starts the component's process, watches it, restarts it after a crash. See `Model`."""

    def __init__(
        self,
        settings: Settings,
        on_failure: OnFailure,
        on_change: OnChange = ignore_change,
        on_constructed: OnConstructed | None = None,
    ) -> None:
        """on_constructed: for a component whose state is kept."""
        self._settings = settings
        self._on_constructed = on_constructed
        self._on_failure = on_failure
        self._on_change = on_change
        self._run: ComponentProcess | None = None
        self._starting: ComponentProcess | None = None
        self._changed = threading.Condition()
        self._stopping = False
        self._watcher = threading.Thread(target=self._watch, name="model-watcher", daemon=True)
        self.restarts = 0
        self.description: dict[str, Any] = {}

    @property
    def ready(self) -> bool:
        return self._run is not None

    def start(self) -> None:
        reap_orphans(lambda pid: self._starting is not None and pid == self._starting.process.pid)
        self._watcher.start()

    def ask(self, method: str, question: Content, wire: str, done: Done) -> None:
        self._ask((frame((method, wire), question), done))

    def _ask(self, asked: Asking) -> None:
        """Raises Unavailable."""
        while not (self._run or self._wait_for_run()).ask(asked):
            pass  # it has just ended: the next one

    def _ask_anew(self, asked: list[Asking]) -> None:
        """What a process left unanswered, in the next one."""
        for one in asked:
            try:
                self._ask(one)
            except Unavailable as error:
                one[1](error)

    def stop(self) -> None:
        with self._changed:
            loading = self._run is None
            self._stopping, run, self._run = True, self._run or self._starting, None
            self._changed.notify_all()
        self._on_change()
        if run is None:
            return
        run.hang_up()
        if loading:  # it would not see that we hung up before it is done
            run.process.terminate()
        try:
            run.process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            run.process.kill()

    def _wait_for_run(self) -> ComponentProcess:
        """The next run that is ready; Unavailable before the first one, and after the limit."""
        with self._changed:
            if not self.description:
                raise Unavailable("the component is not loaded yet")
            self._changed.wait_for(lambda: self._run or self._stopping, self._settings.restart_wait)
            if self._run is None:
                raise Unavailable("the server is shutting down" if self._stopping else "the component is restarting")
            return self._run

    def _watch(self) -> None:
        try:
            self._keep_running()
        except Exception:  # no process could be started at all
            log.exception("the component's process cannot be watched any longer")
            self._on_failure(LoadFailed.exit_code)

    def _keep_running(self) -> None:
        crashes = 0
        while crashes <= self._settings.restart_limit:
            run = self._start_run()
            if run is None:
                return
            code = run.process.wait()
            with self._changed:
                self._run = None
            self._on_change()
            left = run.end(_obituary(code, "answering this request"))
            if left:
                threading.Thread(target=self._ask_anew, args=(left,), name="ask-anew", daemon=True).start()
            if self._stopping:
                return
            if not self.description:
                if run.start_failure is None:  # else the component has printed the reason itself
                    log.error(_obituary(code, "loading"))
                return self._on_failure(code if code > 0 else LoadFailed.exit_code)
            crashes = 1 if run.answered else crashes + 1
            log.error(
                "%s; restarting it (%d of at most %d in a row)",
                _obituary(code, "serving"),
                crashes,
                self._settings.restart_limit,
            )
            backoff = min(_FIRST_BACKOFF * 2 ** (crashes - 1), _LONGEST_BACKOFF) if crashes > 1 else 0
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, backoff)
        log.error("the component crashed %d times in a row without an answer in between: giving up", crashes)
        self._on_failure(RestartLoop.exit_code)

    def _start_run(self) -> ComponentProcess | None:
        """A run that is loaded, or has ended; None when there shall be no more."""
        with self._changed:
            if self._stopping:
                return None
            self.restarts += bool(self.description)  # there is one as soon as a first run was loaded
            run = self._starting = ComponentProcess(
                self._settings, state=self._on_constructed and StateOfProcess(self._settings)
            )
        if self._on_constructed and run.state:
            with contextlib.suppress(Unavailable):  # the process has ended, or the server ends: seen below
                self._on_constructed(run.state)
        description = run.wait_until_loaded()
        if description is not None:
            with self._changed:
                self.description = description
                self._run = None if self._stopping else run
                self._changed.notify_all()
            self._on_change()
        return run


def _obituary(code: int | None, doing: str) -> str:
    """How the component's process ended, in words."""
    if code is None:
        how = "unknown status"
    else:
        how = f"exit code {code}" if code >= 0 else f"signal {-code}, {_SIGNALS.get(-code, 'of no name')}"
    return f"the component's process ended ({how}) while {doing}"
