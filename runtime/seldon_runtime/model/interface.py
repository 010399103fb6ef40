"""What stands between a transport and the component, whichever process that lives in."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any, Protocol

from seldon_component.errors import CallError
from seldon_component.payload import REST, Payload

from ..messages import Content

Done = Callable[[Payload | CallError], None]  # takes an answer; raises nothing
OnFailure = Callable[[int], None]
OnChange = Callable[[], None]  # `ready` is not what it was


def ignore_change() -> None:
    """The OnChange of a model whose readiness nobody follows."""


class Model(Protocol):
    """A component that is being loaded, is ready, or restarts."""

    @property
    def ready(self) -> bool:
        """Whether the component is loaded and can be called."""

    @property
    def restarts(self) -> int:
        """How often the component's process was started again after a crash."""

    @property
    def description(self) -> dict[str, Any]:
        """What the loaded component says of itself (Component.describe); {} before."""

    def start(self) -> None:
        """Begin loading. A component that cannot be served is reported to `on_failure(exit code)`."""

    def call(self, method: str, question: Content, wire: str = REST) -> Payload:
        """The component's answer. wire: the one that the question came by, REST or GRPC. Raises CallError."""

    def ask(self, method: str, question: Content, wire: str, done: Done) -> None:
        """Like `call`, without waiting: `done` takes the answer or the error, perhaps later, in the model's thread.

        Raises CallError, and then `done` is told nothing, for a question that could not be asked.
        """

    def stop(self) -> None:
        """End the component once its last call is answered."""


class Asked:
    """A model whose `call` is an `ask` that waits."""

    def ask(self, method: str, question: Content, wire: str, done: Done) -> None:
        raise NotImplementedError

    def call(self, method: str, question: Content, wire: str = REST) -> Payload:
        answers: queue.SimpleQueue[Payload | CallError] = queue.SimpleQueue()
        self.ask(method, question, wire, answers.put)
        answer = answers.get()
        if isinstance(answer, CallError):
            raise answer
        return answer


class Called:
    """A model whose `ask` is a `call`."""

    def call(self, method: str, question: Content, wire: str = REST) -> Payload:
        raise NotImplementedError

    def ask(self, method: str, question: Content, wire: str, done: Done) -> None:
        done(self.call(method, question, wire))


class ModelAround:
    """All of a Model but its calls, which are `model`'s. What wraps one is Asked or Called, too."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def ready(self) -> bool:
        return self._model.ready

    @property
    def restarts(self) -> int:
        return self._model.restarts

    @property
    def description(self) -> dict[str, Any]:
        return self._model.description

    def start(self) -> None:
        self._model.start()

    def stop(self) -> None:
        self._model.stop()
