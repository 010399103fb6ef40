"""A Model whose requests wait no longer than REST_TIMEOUT_MS and GRPC_TIMEOUT_MS allow."""

from __future__ import annotations

import time
from functools import partial

from seldon_component.errors import CallError
from seldon_component.payload import GRPC, REST, Payload

from ..config.settings import Settings
from ..errors import TimedOut
from ..messages import Request
from ..system.timer import Timer
from .interface import Model, OnAnswer, WrappedModel


class DeadlineModel(WrappedModel):
    """Passes every request on to `model`. See `Model`.

    A request that takes longer is answered with TimedOut. The component is not interrupted: a call that it has begun
    ends for nobody. A request that still waits is cancelled, and never reaches the class.
    """

    def __init__(self, model: Model, settings: Settings, timer: Timer) -> None:
        super().__init__(model)
        self._seconds = {REST: settings.rest_timeout, GRPC: settings.grpc_timeout}
        self._timer = timer

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        seconds = self._seconds[request.wire]
        if seconds is None:
            return self._model.ask(request, on_answer)
        request.deadline = time.monotonic() + seconds
        first = FirstAnswer(on_answer)
        timed = self._timer.at(request.deadline, partial(_expire, first, request, seconds))

        def answer(payload: Payload | None, error: CallError | None) -> None:
            self._timer.cancel(timed)
            first.answer(payload, error)

        self._model.ask(request, answer)


class FirstAnswer:
    """Takes the first of two answers; the other one is lost."""

    __slots__ = ("_takers",)

    def __init__(self, on_answer: OnAnswer) -> None:
        self._takers = [on_answer]

    def answer(self, payload: Payload | None, error: CallError | None) -> None:
        try:
            on_answer = self._takers.pop()  # atomic
        except IndexError:
            return
        on_answer(payload, error)


def _expire(first: FirstAnswer, request: Request, seconds: float) -> None:
    first.answer(None, TimedOut(f"the component did not answer within {seconds * 1000:g} ms"))
    request.cancel()
