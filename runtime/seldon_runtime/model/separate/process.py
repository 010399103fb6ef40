"""One process of the component, from its start to its end."""

from __future__ import annotations

import contextlib
import logging
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seldon_component.channel import start
from seldon_component.channel.assignment import Assignment
from seldon_component.channel.frames import BrokenChannel, Channel

from ...config.settings import Settings
from ...system.busy_loop import busy_loop
from ...system.receiving import limit_receiving
from ...system.scheduling import use_batch_scheduling
from ...system.turn import turn
from ..assignment import assignment_of
from ..request_queue import QueuedRequest
from .ending import Remains, exit_description, remains_of
from .hang_watch import start_watch
from .launch import launch, log_descriptor
from .request_frames import ResponseHead, error_of
from .request_writer import RequestWriter
from .window import Window

if TYPE_CHECKING:
    from ..state import StateOfProcess

log = logging.getLogger(__name__)

_SILENCE_TIMEOUT = 10.0  # seconds in the middle of a frame, which the component writes without a pause
_END_TIMEOUT = 1.0  # seconds from the end of the channel to that of the process


class ComponentProcess:
    """Starts the process. It answers the requests that it is given in their order.

    It is given no more requests at a time than keep it busy, by their number and by their bytes: see docs/internals.md.
    The others wait in the server.
    """

    start_failure: start.StartFailure | None = None  # why the component cannot be served, if it told that
    killed_because: str | None = None  # why the server has killed it
    answered = 0
    _hung_up = False

    def __init__(
        self,
        settings: Settings,
        window: int = 1,
        on_room: Callable[[], None] = lambda: None,
        on_end: Callable[[], None] = lambda: None,
        state: StateOfProcess | None = None,
        task: str = "serve",
    ) -> None:
        """window: the most requests. on_room: called after each response. on_end: called once no more will come.

        state: of a component whose state is kept. task: `serve`, or `check` for a process that only imports the class.
        """
        self.state = state
        self._window, self._on_room, self._on_end = Window(window), on_room, on_end
        self._process, self._socket, self._progress = launch(settings, task, state)
        self._hang_timeout = settings.hang_timeout
        self._channel = Channel(self._socket)
        self._unanswered: deque[QueuedRequest] = deque()
        self._writer = RequestWriter(self._socket, self._channel, self._progress)
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, name="model-reader", daemon=True)
        self._assign(assignment_of(settings, state.assignment() if state else None, log_descriptor()))

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
        return self._window.has_room

    @property
    def is_idle(self) -> bool:
        return not self._unanswered

    @property
    def is_working(self) -> bool:
        """Whether the class works on a request."""
        return self._progress.current() is not None

    @property
    def waiting(self) -> int:
        """How many of its requests it has not begun. Cancelled ones do not count."""
        return sum(not queued.request.cancelled for queued in [*self._unanswered][1:])

    def wait_until_loaded(self) -> dict[str, Any] | None:
        """The component's description of itself, or None if the process ended before it was loaded."""
        try:
            head, _ = self._channel.receive()
            description, self.start_failure = start.read_head(head)
            described = None if description is None else dict(description)
        except (EOFError, OSError):
            return None
        except Exception as error:
            self._kill_for_its_frame(error)
            return None
        if described is not None:
            self._reader.start()
            start_watch(self._hang_timeout, self._progress.current, self._ended, self.kill)
        return described

    def give(self, queued: QueuedRequest) -> None:
        """Add a request to those that `send` sends. With the lock of its model held."""
        queued.size = sum(map(len, queued.frame)) if queued.frame else 0
        queued.process, queued.number = self, self._window.give(queued.size)
        self._unanswered.append(queued)
        self._writer.add(queued)

    def send(self) -> None:
        """Send what was given. Never blocks."""
        self._writer.send()

    def send_soon(self) -> None:
        """The same, together with what is given in the rest of this turn."""
        turn.at_end(self._writer.send)

    def withdraw(self, queued: QueuedRequest) -> None:
        """Have the component leave out a request, unless it has begun it. With the lock of its model held."""
        self._writer.withdraw(queued)

    def hang_up(self) -> None:
        """Let the process end after its last response."""
        self._hung_up = True
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

    def kill(self, reason: str) -> None:
        """End the process at once. reason: for the log and the client, the second half of a sentence."""
        self.killed_because = self.killed_because or reason
        self._process.kill()

    def exit_description(self, code: int, doing: str) -> str:
        """How the process has ended, in words. code: of `wait`."""
        return exit_description(code, doing, self.killed_because)

    def close(self) -> Remains:
        """After its end: the requests that have no response."""
        self._ended.set()
        with contextlib.suppress(OSError):  # closed already
            self._channel.shutdown(socket.SHUT_RDWR)  # a process that the user's code left may hold the other end
        if self.state:
            self.state.end()
        if self._reader.ident:
            self._reader.join()
        self._channel.close()
        begun, current = self._progress.begun(), self._progress.current()
        unanswered = [*self._unanswered]
        self._unanswered.clear()  # they may be large, and the next process may be far away
        return remains_of(unanswered, self.answered, begun, current, self.killed_because is not None)

    def _read(self) -> None:
        use_batch_scheduling()
        limit_receiving(self._socket, _SILENCE_TIMEOUT)
        try:
            while True:
                if self._has_frame():
                    busy_loop.give_way()
                    self._deliver(*self._channel.receive())
        except BlockingIOError:
            self._kill_for_its_frame(BrokenChannel(f"frame: the rest of it did not come within {_SILENCE_TIMEOUT:g} s"))
            self._on_end()
        except (EOFError, OSError):
            self._end_of_channel()
        except Exception as error:
            self._kill_for_its_frame(error)
            self._on_end()

    def _has_frame(self) -> bool:
        """Wait for the beginning of one; False after a while without. Raises BrokenChannel if nobody waits for it."""
        try:
            self._channel.await_frame()
        except BlockingIOError:  # no request, or a class that takes its time
            return False
        if not self._unanswered:
            raise BrokenChannel("frame: expected none between two requests, found one")
        return True

    def _deliver(self, head: ResponseHead, payload: Any) -> None:
        """Answer the request that was sent first. Raises BrokenChannel if the response is not that request's.

        A function of its own, so that nothing refers to a large message while the thread waits for the next one.
        """
        error = error_of(head, payload, self._unanswered)
        queued = self._unanswered.popleft()
        queued.request.call_times = head[2]
        self.answered += 1
        self._window.answer(queued.size)
        self._on_room()
        queued.answer(payload, error)

    def _end_of_channel(self) -> None:
        """The channel has ended. The process ends, too; if not, its class has closed the channel."""
        if self._hung_up:
            return
        self._on_end()
        if not self._ended.wait(_END_TIMEOUT):
            self.kill("it closed its connection to the server")

    def _kill_for_its_frame(self, error: Exception) -> None:
        log.error("the component's process sent a frame that cannot be used", exc_info=error)
        self.kill("it sent a frame that the server cannot use")
