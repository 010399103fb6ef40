"""A Model that needs no component, and Settings that need no environment."""

import dataclasses
import queue
from typing import Any

from seldon_component.errors import CallError, NotImplementedByModel
from seldon_component.payload import REST
from seldon_runtime.config.environment import read_settings
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import WrappedModel, call

DESCRIPTION = {"name": "Iris", "methods": ["predict"], "class_names": ["no", "yes"], "feature_names": ["a", "b", "c"]}


def settings(**changes):
    return dataclasses.replace(read_settings(["flowers.Iris"]), **changes)


def ask(model, method, content, wire=REST):
    """What a model answers, once it does. Raises CallError."""
    return call(model, Request(method, content, wire))


_LIMIT = 60  # seconds; only a failing test waits for so long


class StubModel:
    """answers: method -> a Payload to return, or an exception to raise."""

    is_draining = False

    def __init__(self, answers=None, description=DESCRIPTION, ready=True, restarts=0, waiting=0):
        self.answers = {} if answers is None else answers
        self.description = description
        self.ready = ready
        self.restarts = restarts
        self.waiting = waiting
        self.process_ids: tuple[int, ...] = ()
        self.is_full = False
        self.asked = []

    def ask(self, request, on_answer):
        self.asked.append((request.method, request.content, request.wire))
        answer = self.answers.get(request.method, NotImplementedByModel(f"no {request.method}"))
        on_answer(*((None, answer) if isinstance(answer, CallError) else (answer, None)))

    def start(self):
        self.asked.append("start")

    def stop(self, seconds=0.0):
        self.asked.append("stop")


class Pending(WrappedModel):
    """Holds no thread. It responds to the next request at `respond_to_next()`."""

    def __init__(self):
        super().__init__(StubModel())
        self.pending: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask(self, request, on_answer):
        self.pending.put((request, on_answer))

    def next(self):
        """The next request and who takes its response, once it has come."""
        return self.pending.get(timeout=_LIMIT)

    def respond_to_next(self):
        request, on_answer = self.next()
        on_answer(request.content, None)
        return request.content.data
