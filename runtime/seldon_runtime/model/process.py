"""One life of the component's process, and the questions that it has been asked."""

from __future__ import annotations

import contextlib
import logging
import mmap
import socket
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import seldon_component
from seldon_component.channel import start
from seldon_component.channel.frames import Channel
from seldon_component.channel.progress import Progress
from seldon_component.errors import CallError

from ..config.settings import Settings
from ..errors import ModelCrashed
from ..system.scheduling import use_batch_scheduling
from .assignment import assignment_of
from .interface import Done
from .state import StateOfProcess

log = logging.getLogger(__name__)

Asking = tuple[Sequence[Any], Done]  # a question's frame, and who takes the answer

# Loads seldon_component by path, so that nothing else of the server's environment is seen by the user's Python.
_BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); import seldon_component; del sys.path[0]; "
    "from seldon_component.__main__ import main; sys.exit(main(sys.argv[1:]))"
)
_PACKAGES = Path(seldon_component.__file__).resolve().parent.parent


class ComponentProcess:
    """Starts the process. Questions go to it as they come, and it answers them in their order."""

    def __init__(self, settings: Settings, task: str = "serve", state: StateOfProcess | None = None) -> None:
        """task: `serve`, or `check` for a process that only imports the class. state: of it, where that is kept."""
        self.state = state
        ours, theirs = socket.socketpair()
        with tempfile.TemporaryFile() as memory, theirs:
            memory.truncate(mmap.PAGESIZE)
            self._progress = Progress(mmap.mmap(memory.fileno(), mmap.PAGESIZE))
            passed = (memory.fileno(), theirs.fileno())
            self.process = subprocess.Popen(
                [settings.model_python, "-u", "-c", _BOOTSTRAP, str(_PACKAGES), task, *map(str, passed)],
                cwd=settings.folder,
                env=settings.component_environment,
                pass_fds=(*passed, *(state.descriptors if state else ())),
                start_new_session=True,
            )
        if settings.model_workers == 1:  # of several, each shall have the core that it needs at once
            use_batch_scheduling(self.process.pid)
        self._channel = Channel(ours)
        self._lock = threading.Lock()  # of the next two, which have the same order
        self._unsent: deque[Sequence[Any]] = deque()
        self._unanswered: deque[Asking] = deque()
        self._ended = False
        self._sending = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="model-reader", daemon=True)
        self.answered = 0
        self.start_failure: start.StartFailure | None = None  # why the component cannot be served, if it has told that
        with contextlib.suppress(OSError):  # what is no Python may have ended already
            self._channel.send(tuple(assignment_of(settings, state.assigned() if state else None)))

    def wait_until_loaded(self) -> dict[str, Any] | None:
        """The component's description of itself, or None if it cannot be served: see `start_failure`."""
        try:
            head, _ = self._channel.receive()
        except (EOFError, OSError):
            return None
        description, self.start_failure = start.read_head(head)
        if description is None:
            return None
        self._reader.start()
        return dict(description)

    def ask(self, asked: Asking) -> bool:
        """Send a question; False when the process has ended."""
        with self._lock:
            if self._ended:
                return False
            self._unanswered.append(asked)
            self._unsent.append(asked[0])
        self._send()
        return True

    def end(self, obituary: str) -> list[Asking]:
        """After the process's end: fail the question that it was at work on, hand back all others without answer."""
        with self._lock:
            self._ended = True
        with contextlib.suppress(OSError):  # closed already
            self._channel.shutdown(socket.SHUT_RDWR)  # what the user's code left behind may hold the other end
        if self.state:
            self.state.end()
        if self._reader.ident:
            self._reader.join()
        self._channel.close()
        left, in_hand = list(self._unanswered), self._progress.in_hand()
        if in_hand is not None and left:
            _, done = left.pop(in_hand - self.answered - 1)
            done(ModelCrashed(obituary))
        return left

    def hang_up(self) -> None:
        """Let the process end after its last answer."""
        with contextlib.suppress(OSError):  # it has ended
            self._channel.shutdown(socket.SHUT_WR)
        if self.state:
            self.state.end()

    def _send(self) -> None:
        """Whoever comes first sends, for all that come meanwhile: none of them waits for a class that is slow."""
        while self._unsent and self._sending.acquire(blocking=False):
            try:
                buffers: list[Any] = []
                while self._unsent:
                    buffers += self._unsent.popleft()
                self._channel.write(buffers)
            except OSError:
                self._unsent.clear()  # the process has ended
            finally:
                self._sending.release()

    def _read(self) -> None:
        use_batch_scheduling()
        with contextlib.suppress(EOFError, OSError):
            while True:
                failure, answer = self._channel.receive()
                _, done = self._unanswered.popleft()
                self.answered += 1
                done(answer if failure is None else _error(failure))


def _error(failure: tuple[Any, ...]) -> CallError:
    reason, info, status_code, body = failure
    return CallError(info, status_code, reason, body)
