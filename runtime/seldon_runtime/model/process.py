"""One process of the component, from its start to its end."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from seldon_component.channel import start
from seldon_component.channel.frames import Channel, frame
from seldon_component.errors import CallError
from seldon_component.host import Assignment

from ..config.settings import Settings
from ..errors import ModelCrashed
from ..system.scheduling import use_batch_scheduling
from .assignment import assignment_of
from .launch import launch
from .request_queue import QueuedRequest, not_sent
from .state import StateOfProcess

log = logging.getLogger(__name__)

_WINDOW_BYTES = 131_072  # requests with fewer bytes together leave room in the socket for one more
_SMALL = 131_072  # bytes that are copied into one, so that they are sent at once
_SIGNALS = {number.value: number.name for number in signal.Signals}


class ComponentProcess:
    """Starts the process. It answers the requests that it is given in their order.

    It is given no more requests at a time than keep it busy, by their number and by their bytes: see docs/internals.md.
    The others wait in the server.
    """

    def __init__(
        self,
        settings: Settings,
        window: int = 1,
        on_room: Callable[[], None] = lambda: None,
        state: StateOfProcess | None = None,
        task: str = "serve",
    ) -> None:
        """window: the most requests. on_room: called after each response. state: of a component whose state is kept.

        task: `serve`, or `check` for a process that only imports the class.
        """
        self.state = state
        self.answered = 0
        self.start_failure: start.StartFailure | None = None  # why the component cannot be served, if it told that
        self._window, self._on_room = window, on_room
        self._process, self._socket, self._progress = launch(settings, task, state)
        self._channel = Channel(self._socket)
        self._unsent: deque[QueuedRequest] = deque()
        self._unanswered: deque[QueuedRequest] = deque()
        self._given = self._given_bytes = self._answered_bytes = 0
        self._sending = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="model-reader", daemon=True)
        self._assign(assignment_of(settings, state.assignment() if state else None))

    def _assign(self, assignment: Assignment) -> None:
        plain = tuple(tuple(value) if isinstance(value, tuple) else value for value in assignment)  # for marshal
        with contextlib.suppress(OSError):  # MODEL_PYTHON may not be a Python, and may have exited
            self._channel.send(plain)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_room(self) -> bool:
        """Whether it can be given one more request."""
        return len(self._unanswered) < self._window and self._given_bytes - self._answered_bytes < _WINDOW_BYTES

    @property
    def is_idle(self) -> bool:
        return not self._unanswered

    @property
    def waiting(self) -> int:
        """How many of its requests it has not begun. Cancelled ones do not count."""
        return sum(not queued.request.cancelled for queued in [*self._unanswered][1:])

    def wait_until_loaded(self) -> dict[str, Any] | None:
        """The component's description of itself, or None if the process ended before it was loaded."""
        try:
            head, _ = self._channel.receive()
        except (EOFError, OSError):
            return None
        description, self.start_failure = start.read_head(head)
        if description is None:
            return None
        self._reader.start()
        return dict(description)

    def give(self, queued: QueuedRequest) -> None:
        """Add a request to those that `send` sends. With the lock of its model held."""
        self._given += 1
        queued.process, queued.number = self, self._given
        queued.size = sum(map(len, queued.frame)) if queued.frame else 0
        self._given_bytes += queued.size
        self._unanswered.append(queued)
        self._unsent.append(queued)

    def send(self) -> None:
        """Send what was given. Never blocks: the first thread sends for all that come meanwhile.

        What the socket does not take at once is left to a thread of its own. The thread that reads must not wait for
        the component, because the component may wait for it: to read a large response.
        """
        while self._unsent and self._sending.acquire(blocking=False):
            buffers: list[Any] = []
            while self._unsent:
                queued = self._unsent.popleft()
                buffers += queued.frame or self._frame_of(queued)
            if rest := self._write_now(buffers):
                return threading.Thread(target=self._write_rest, args=(rest,), name="model-writer", daemon=True).start()
            self._sending.release()

    def _frame_of(self, queued: QueuedRequest) -> list[Any]:
        """The bytes of a request. One that has none is left out by the component, and answered with an error."""
        try:
            return frame_of(queued)
        except Exception:
            log.exception("a request cannot be sent to the component")
            self._progress.withdraw(queued.number)
            queued.fail_with(not_sent())
            return list(frame(("", "")))

    def _write_now(self, buffers: list[Any]) -> list[Any]:
        """Write as much as the socket takes; return the rest."""
        if len(buffers) > 1 and sum(map(len, buffers)) < _SMALL:
            buffers = [b"".join(buffers)]
        try:
            for number, buffer in enumerate(buffers):
                written = self._socket.send(buffer, socket.MSG_DONTWAIT)
                if written < len(buffer):
                    return [memoryview(buffer)[written:], *buffers[number + 1 :]]
        except BlockingIOError:
            return buffers[number:]
        except OSError:
            self._unsent.clear()  # the process has ended
        return []

    def _write_rest(self, rest: list[Any]) -> None:
        """Wait for the component to take the rest. The thread has the lock `_sending`."""
        try:
            self._channel.write(rest)
        except OSError:
            self._unsent.clear()  # the process has ended
        self._sending.release()
        self.send()

    def withdraw(self, queued: QueuedRequest) -> None:
        """Have the component leave out a request, unless it has begun it. With the lock of its model held."""
        self._progress.withdraw(queued.number)

    def hang_up(self) -> None:
        """Let the process end after its last response."""
        with contextlib.suppress(OSError):  # it has ended
            self._channel.shutdown(socket.SHUT_WR)
        if self.state:
            self.state.end()

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, seconds: float | None = None) -> int:
        """Its exit code, once it has ended; it is killed if that takes longer than `seconds`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def close(self, ending: str) -> list[QueuedRequest]:
        """After its end: fail the request that it was at work on with the words `ending`, and return all others."""
        with contextlib.suppress(OSError):  # closed already
            self._channel.shutdown(socket.SHUT_RDWR)  # a process that the user's code left may hold the other end
        if self.state:
            self.state.end()
        if self._reader.ident:
            self._reader.join()
        self._channel.close()
        left, current = list(self._unanswered), self._progress.current()
        if current is not None and left:
            left.pop(current - self.answered - 1).answer(None, ModelCrashed(ending))
        return left

    def _read(self) -> None:
        use_batch_scheduling()
        with contextlib.suppress(EOFError, OSError):
            while True:
                failure, payload = self._channel.receive()
                queued = self._unanswered.popleft()
                self.answered += 1
                self._answered_bytes += queued.size
                self._on_room()
                queued.answer(payload, None if failure is None else _error(failure))


def frame_of(queued: QueuedRequest) -> list[Any]:
    """The bytes by which the component gets a request."""
    request = queued.request
    return cast("list[Any]", frame((request.method, request.wire), request.content))


def _error(failure: tuple[Any, ...]) -> CallError:
    reason, info, status_code, body = failure
    return CallError(info, status_code, reason, body)


def exit_description(code: int, doing: str) -> str:
    """How the component's process ended, in words. code: as subprocess has it, negative for a signal."""
    how = f"exit code {code}" if code >= 0 else f"signal {-code}, {_SIGNALS.get(-code, 'of no name')}"
    return f"the component's process ended ({how}) while {doing}"
