"""The component in a process of its own, in the user's Python, reached over Unix socket pairs."""

from __future__ import annotations

import contextlib
import logging
import mmap
import queue
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, cast

import seldon_component
from seldon_component.errors import CallError, LoadFailed, StartError, Unavailable
from seldon_component.frames import Channel
from seldon_component.payload import REST, Payload

from .assignment import assignment_of
from .errors import ModelCrashed, RestartLoop
from .model import OnChange, OnFailure, Question, tell_nobody
from .reaper import reap_orphans
from .settings import Settings

log = logging.getLogger(__name__)

# Loads seldon_component by path, so that nothing else of the server's environment is seen by the user's Python.
_BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); import seldon_component; del sys.path[0]; "
    "from seldon_component.__main__ import main; sys.exit(main(sys.argv[1:]))"
)
_PACKAGES = Path(seldon_component.__file__).resolve().parent.parent
_SAID_WHY = {kind.exit_code for kind in StartError.__subclasses__()}  # the process has printed the reason itself
_SIGNALS = {number.value: number.name for number in signal.Signals}
_CHANNELS = 8  # enough that the component always finds its next question waiting
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 8.0  # seconds
_STOP_TIMEOUT = 5.0  # seconds for the user's own clean-up at exit


def check(settings: Settings) -> int:
    """Import the class in its own Python and look for its main method; the exit code of that."""
    return Run(settings, "check", 1).process.wait()


class Run:
    """One run of the component's process and the channels to it."""

    def __init__(self, settings: Settings, task: str = "serve", count: int = _CHANNELS) -> None:
        pairs = [socket.socketpair() for _ in range(count)]
        with tempfile.TemporaryFile() as busy_file:
            busy_file.truncate(mmap.PAGESIZE)
            self._busy = mmap.mmap(busy_file.fileno(), mmap.PAGESIZE)
            theirs = [busy_file.fileno(), *(pair[1].fileno() for pair in pairs)]
            self.process = subprocess.Popen(
                [settings.model_python, "-u", "-c", _BOOTSTRAP, str(_PACKAGES), task, *map(str, theirs)],
                cwd=settings.folder,
                pass_fds=theirs,
                start_new_session=True,
            )
        for _, end in pairs:
            end.close()
        self.channels = [Channel(end) for end, _ in pairs]
        self.idle: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self.answered = False
        self._ended = threading.Event()
        with contextlib.suppress(OSError):  # what is no Python may have ended already
            self.channels[0].send(tuple(assignment_of(settings)))

    def wait_until_loaded(self) -> dict[str, Any] | None:
        """The component's description of itself, or None when the process ended before it was loaded."""
        try:
            description, _ = self.channels[0].receive()
        except (EOFError, OSError):
            return None
        for index in range(len(self.channels)):
            self.idle.put(index)
        return dict(description)

    def was_at_work_on(self, index: int) -> bool:
        """Whether the user's code was busy with the question of that channel when the process ended."""
        self._ended.wait(_LONGEST_BACKOFF)
        return self._busy[index] == 1

    def wake_all(self) -> None:
        """After the end of the process: nobody waits any longer for one of its answers."""
        self._ended.set()
        for channel in self.channels:
            with contextlib.suppress(OSError):  # closed already
                channel.shutdown(socket.SHUT_RDWR)  # a process that the user's code left behind may hold the other end
        self.idle.put(None)

    def close(self) -> None:
        """Hang up: the component ends after its last answer."""
        for channel in self.channels:
            channel.close()


class ModelProcess:
    """Starts the component's process, watches it, restarts it after a crash. See `Model`."""

    def __init__(self, settings: Settings, on_failure: OnFailure, on_change: OnChange = tell_nobody) -> None:
        self._settings = settings
        self._on_failure = on_failure
        self._on_change = on_change
        self._run: Run | None = None
        self._starting: Run | None = None
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

    def call(self, method: str, question: Question, wire: str = REST) -> Payload:
        while True:
            run = self._run or self._wait_for_run()
            index = run.idle.get()
            if index is None:  # the process has ended: pass the word on
                run.idle.put(None)
                continue
            try:
                run.channels[index].send((method, wire), question)
                failure, answer = run.channels[index].receive()
            except (EOFError, OSError):
                if run.was_at_work_on(index):
                    raise ModelCrashed(_obituary(run.process.returncode, "answering this request")) from None
                continue
            except Exception:  # a question that no frame can carry: nothing was sent
                run.idle.put(index)
                raise
            run.idle.put(index)
            run.answered = True
            if failure is None:
                return cast(Payload, answer)
            reason, info, status_code, body = failure
            raise CallError(info, status_code, reason, body)

    def stop(self) -> None:
        with self._changed:
            loading = self._run is None
            self._stopping, run, self._run = True, self._run or self._starting, None
            self._changed.notify_all()
        self._on_change()
        if run is None:
            return
        run.close()
        if loading:  # it would not see that we hung up before it is done
            run.process.terminate()
        try:
            run.process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            run.process.kill()

    def _wait_for_run(self) -> Run:
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
            code = run.process.wait()
            with self._changed:
                self._run = None
            self._on_change()
            run.wake_all()
            if self._stopping:
                return
            if not self.description:
                log.error(_obituary(code, "loading")) if code not in _SAID_WHY else None
                return self._on_failure(code if code > 0 else LoadFailed.exit_code)
            crashes = 1 if run.answered else crashes + 1
            log.error(
                "%s; restarting it (%d of at most %d in a row)",
                _obituary(code, "serving"),
                crashes,
                self._settings.restart_limit,
            )
            time.sleep(min(_FIRST_BACKOFF * 2 ** (crashes - 1), _LONGEST_BACKOFF) if crashes > 1 else 0)
        log.error("the component crashed %d times in a row without an answer in between: giving up", crashes)
        self._on_failure(RestartLoop.exit_code)

    def _start_run(self) -> Run:
        self.restarts += bool(self.description)  # there is one as soon as a first run was loaded
        run = self._starting = Run(self._settings)
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
