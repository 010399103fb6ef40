"""Requests that are begun, and not waited for."""

import queue
from typing import Any

from seldon_component.payload import Payload
from seldon_runtime.messages import Request

Answers = queue.SimpleQueue[tuple[Any, Any]]  # of an OnAnswer's arguments


def answers_of(model, *texts):
    """[(request, the queue with its one answer)] of requests that are begun in this order."""
    begun = []
    for text in texts:
        request, answers = Request("predict", Payload("strData", text)), Answers()
        model.ask(request, lambda *answer, answers=answers: answers.put(answer))
        begun.append((request, answers))
    return begun
