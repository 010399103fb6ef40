"""The one interface between a transport and the component, in any process."""

from __future__ import annotations

import math
import queue
from collections.abc import Callable
from typing import Any, Protocol

from seldon_component.errors import CallError
from seldon_component.payload import Payload

from ..messages import Request

OnAnswer = Callable[[Payload | None, CallError | None], None]  # one of the two is None; raises nothing
OnFailure = Callable[[int], None]  # takes the exit code of a component that cannot be served
OnChange = Callable[[], None]  # the model's `ready` may have changed


def ignore_change() -> None:
    """The OnChange of a model whose readiness nobody follows."""


class Model(Protocol):
    """A component that is being loaded, is ready, or restarts."""

    @property
    def ready(self) -> bool:
        """Whether the component is loaded and can be called."""

    @property
    def is_draining(self) -> bool:
        """Whether the server will end soon. The component can still be called, but is not `ready` any longer."""

    @property
    def restarts(self) -> int:
        """How often a process of the component was started again after a crash."""

    @property
    def waiting(self) -> int:
        """How many requests the class has not begun."""

    @property
    def is_full(self) -> bool:
        """Whether no more requests may wait: `ask` answers one with Overloaded."""

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the component's processes; 0 for one that is not loaded; () if it is in the server's own."""

    @property
    def description(self) -> dict[str, Any]:
        """What the loaded component says of itself (Component.describe); {} before."""

    def start(self) -> None:
        """Begin to load. A component that cannot be served is reported to an OnFailure."""

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        """Send a request on its way. Never blocks, never raises.

        `on_answer` is called once, from any thread, perhaps before this returns.
        """

    def stop(self, seconds: float = math.inf) -> None:
        """End the component once its current call has ended. Requests that wait are answered with Unavailable.

        seconds: after which a process of the component is killed.
        """


def why_not_ready(model: Model) -> str:
    """For a client that wants a model which is ready, and a model that is not."""
    if model.is_draining:
        return "the server is shutting down"
    return getattr(model, "missing", "") or "the component is not loaded"


def call(model: Model, request: Request) -> Payload:
    """The component's response, for a caller that can wait. Raises CallError."""
    answers: queue.SimpleQueue[tuple[Payload | None, CallError | None]] = queue.SimpleQueue()
    model.ask(request, lambda payload, error: answers.put((payload, error)))
    payload, error = answers.get()
    if error is not None:
        raise error
    assert payload is not None
    return payload


class WrappedModel:
    """A Model that is `model` in all but what a subclass does in `ask`."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def ready(self) -> bool:
        return self._model.ready

    @property
    def is_draining(self) -> bool:
        return self._model.is_draining

    @property
    def missing(self) -> str:
        """Which parts are not loaded, of a model that has several."""
        return getattr(self._model, "missing", "")

    @property
    def restarts(self) -> int:
        return self._model.restarts

    @property
    def waiting(self) -> int:
        return self._model.waiting

    @property
    def is_full(self) -> bool:
        return self._model.is_full

    @property
    def process_ids(self) -> tuple[int, ...]:
        return self._model.process_ids

    @property
    def description(self) -> dict[str, Any]:
        return self._model.description

    def start(self) -> None:
        self._model.start()

    def stop(self, seconds: float = math.inf) -> None:
        self._model.stop(seconds)
