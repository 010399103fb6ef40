"""The component in the server's own process, in one thread of its own: one call apart, on Python 3 only."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

from seldon_component import host
from seldon_component.component import Component
from seldon_component.errors import CallError, StartError, Unavailable
from seldon_component.payload import Payload

from ..config.settings import Settings
from ..messages import Content
from ..system.scheduling import use_batch_scheduling
from .assignment import assignment_of
from .interface import Asked, Done, OnChange, OnFailure, ignore_change
from .state import OnConstructed, StateOfObject


class InlineModel(Asked):
    """Constructs, loads and calls the user's class in one thread. See `Model`."""

    def __init__(
        self,
        settings: Settings,
        on_failure: OnFailure,
        on_change: OnChange = ignore_change,
        on_constructed: OnConstructed | None = None,
    ) -> None:
        """on_constructed: for a component whose state is kept."""
        self._assignment = assignment_of(settings)
        self._on_constructed = on_constructed
        self._on_failure = on_failure
        self._on_change = on_change
        self._questions: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="model", daemon=True)
        self.ready = False
        self.restarts = 0  # a crash of the component is one of the server
        self.description: dict[str, Any] = {}

    def start(self) -> None:
        self._thread.start()

    def ask(self, method: str, question: Content, wire: str, done: Done) -> None:
        if not self.ready:
            raise Unavailable("the component is not loaded yet")
        self._questions.put((method, question, wire, done))

    def stop(self) -> None:
        self.ready = False
        self._on_change()
        self._questions.put(None)

    def _work(self) -> None:
        use_batch_scheduling()
        try:
            component: Component = host.load(self._assignment, self._on_constructed and self._restore)
        except Unavailable:  # the server ends
            return
        except StartError as error:
            print(error, file=sys.stderr, flush=True)
            self._on_failure(error.exit_code)
            return
        self.description = component.describe()
        self.ready = True
        self._on_change()
        while (asked := self._questions.get()) is not None:
            if callable(asked):
                asked()
                continue
            method, question, wire, done = asked
            done(_answer(component, method, question, wire))

    def _restore(self, user: object) -> None:
        assert self._on_constructed is not None
        self._on_constructed(StateOfObject(user, self._between_questions))

    def _between_questions(self, call: Callable[[], str | None]) -> str | None:
        """What `call` returns in the component's thread."""
        if threading.current_thread() is self._thread:
            return call()
        answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._questions.put(lambda: answers.put(call()))
        return answers.get()


def _answer(component: Component, method: str, question: Content, wire: str) -> Payload | CallError:
    try:
        answer: Payload = component.call(method, question, wire)
        return answer
    except CallError as error:
        return error
