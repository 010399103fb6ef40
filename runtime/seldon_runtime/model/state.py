"""The server's side of a component's state: to take a snapshot of it, or to put a stored one in its place."""

from __future__ import annotations

import contextlib
import json
import math
import socket
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from seldon_component.channel.assignment import StateAssignment
from seldon_component.channel.frames import Channel
from seldon_component.errors import BadState, Unavailable
from seldon_component.state.channel import FRESH, MERGE, RESTORE, SNAPSHOT
from seldon_component.state.object_state import State, attempt

from ..config.settings import Settings
from ..system.scratch_file import scratch_file


class ModelState(Protocol):
    """The state of one loaded component. It handles one task at a time, each between two requests.

    Each method raises BadState with the component's own words, or Unavailable if the component has ended.
    """

    file: BinaryIO  # carries a state in both directions

    def fresh(self) -> None:
        """Let the component begin as it was constructed, because there is no stored state."""

    def restore(self, described: dict[str, Any]) -> None:
        """Replace the component's state by the one in `file`. described: a result of State.describe."""

    def merge(self, described: dict[str, Any]) -> None:
        """The same, with the class's `merge_state` if it has one."""

    def snapshot(self) -> dict[str, Any]:
        """Write a snapshot into `file`, which then stands at its first byte. Returns what State.describe says of it."""


# Handles the state of each component that is constructed, before it is ready. Raises Unavailable if the component must
# not become ready, because it has ended or the server ends.
OnConstructed = Callable[[ModelState], None]


# Calls a function in the component's thread, between two requests, and returns its result.
InItsThread = Callable[[Callable[[], str | None]], str | None]


class StateOfProcess:
    """The state of a component in a process of its own. See `ModelState`."""

    def __init__(self, settings: Settings) -> None:
        ours, self._theirs = socket.socketpair()
        self._channel = Channel(ours)
        # unbuffered, because the other process writes and reads it too
        self.file = scratch_file(buffering=0)
        self._settings = settings

    @property
    def descriptors(self) -> tuple[int, int]:
        """The descriptors that the component's process inherits: of the channel, and of the file."""
        return self._theirs.fileno(), self.file.fileno()

    def assignment(self) -> StateAssignment:
        """What the component is told. To be called once, after its process was started: closes the process's end."""
        channel, file = self.descriptors
        self._theirs.close()
        persistence = self._settings.persistence
        return StateAssignment(channel, file, persistence.fork, math.ceil(persistence.timeout))

    def end(self) -> None:
        """End the exchange: a caller that waits for the component gets Unavailable."""
        with contextlib.suppress(OSError):  # closed already
            self._channel.shutdown(socket.SHUT_RDWR)

    def fresh(self) -> None:
        self._ask(FRESH)

    def restore(self, described: dict[str, Any]) -> None:
        self._ask(RESTORE, described)

    def merge(self, described: dict[str, Any]) -> None:
        self._ask(MERGE, described)

    def snapshot(self) -> dict[str, Any]:
        self._ask(SNAPSHOT)
        self.file.seek(0)
        line = self.file.readline()
        self.file.seek(len(line))
        return dict(json.loads(line[1:]))

    def _ask(self, task: str, described: dict[str, Any] | None = None) -> None:
        try:
            self._channel.send((task, described))
            failure, _ = self._channel.receive()
        except (EOFError, OSError):
            raise Unavailable("the component's process has ended") from None
        if failure is not None:
            raise BadState(failure)


class StateOfObject:
    """The state of a component in this process. See `ModelState`."""

    def __init__(self, user: object, in_its_thread: InItsThread) -> None:
        self.file = scratch_file()
        self._state = State(user)
        self._in_its_thread = in_its_thread

    def fresh(self) -> None:
        """It begins as it was constructed."""

    def restore(self, described: dict[str, Any]) -> None:
        self._take(lambda: self._state.restore(described, self.file))

    def merge(self, described: dict[str, Any]) -> None:
        self._take(lambda: self._state.merge(described, self.file))

    def snapshot(self) -> dict[str, Any]:
        self.file.seek(0)
        self._attempt("saving the state", lambda: self._state.write(self.file))
        self.file.truncate()
        self.file.seek(0)
        return dict(self._state.describe())

    def _take(self, take: Callable[[], None]) -> None:
        self.file.seek(0)
        self._attempt("restoring the stored state", take)

    def _attempt(self, what: str, call: Callable[[], None]) -> None:
        failure = self._in_its_thread(lambda: attempt(what, call))
        if failure is not None:
            raise BadState(failure)
