"""A Model whose concurrent requests share calls of `predict`: their rows are stacked while the class is busy."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Hashable, Iterator
from typing import Any

from seldon_component.errors import Unavailable
from seldon_component.payload import REST, Payload
from seldon_component.user_class import batch

from ..config.settings import Settings
from ..messages import Content
from .interface import Called, Model, ModelAround

log = logging.getLogger(__name__)


class _Batch:
    """Requests of equal `key` that are asked together: the thread of the first one asks, the others' wait for it."""

    def __init__(self, key: Hashable, leaves_at: float) -> None:
        """leaves_at: from then on, by the monotonic clock, it waits for the class alone, and for no more company."""
        self.key = key
        self.leaves_at = leaves_at
        self.questions: list[Payload] = []
        self.rows = 0
        self.asked = threading.Event()
        self.answers: list[Payload] = []  # none: it failed
        self.unavailable = ""  # why it could not be asked at all

    def join(self, question: Payload) -> int:
        """The question's place in the batch."""
        self.questions.append(question)
        self.rows += len(question.data)
        return len(self.questions) - 1


class BatchingModel(Called, ModelAround):
    """Passes on to `model` in batches what the component can take so, all else as it is. See `Model`.

    A request that finds the class idle goes at once. While all processes of the class are at work, requests that can
    be stacked gather in a batch of at most BATCH_MAX_SIZE rows. It goes when a process is idle and it is full, or its
    first request has waited for BATCH_MAX_DELAY_MS. When a batch fails, each of its requests is asked again, alone: an
    error reaches only the request that caused it.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        super().__init__(model)
        self._most_rows = settings.batch_max_size
        self._delay = settings.batch_max_delay
        self._idle = settings.model_workers
        self._changed = threading.Condition(threading.Lock())
        self._open: dict[Hashable, _Batch] = {}  # those that can be joined
        self._line: list[_Batch] = []  # all that have not gone, the oldest first
        self._has_remarked = False

    def call(self, method: str, question: Content, wire: str = REST) -> Payload:
        key = self._key(method, question, wire)
        if key is None or not isinstance(question, Payload):
            return self._model.call(method, question, wire)
        shared, place = self._join(key, question)
        if place:
            shared.asked.wait()
        else:
            with self._turn_of(shared):
                if len(shared.questions) == 1:
                    return self._model.call(method, question, wire)
                self._ask(shared, wire)
        if shared.unavailable:
            raise Unavailable(shared.unavailable)
        return shared.answers[place] if shared.answers else self._model.call(method, question, wire)

    def _key(self, method: str, question: Content, wire: str) -> Hashable:
        """What requests in one batch have in common; None for one that goes alone."""
        if method != "predict" or not isinstance(question, Payload):
            return None
        if wire not in self._model.description.get("batches", ()):
            self._remark()
            return None
        likeness = batch.likeness(question)
        return None if likeness is None or len(question.data) >= self._most_rows else (wire, *likeness)

    def _remark(self) -> None:
        """Say once why nothing is batched."""
        if self._model.description and not self._has_remarked:
            self._has_remarked = True
            log.warning("BATCH_MAX_SIZE has no effect on a class whose predict takes meta or that has predict_raw")

    def _join(self, key: Hashable, question: Payload) -> tuple[_Batch, int]:
        """The request's batch, and its place there."""
        with self._changed:
            shared = self._open.get(key)
            if shared and shared.rows + len(question.data) > self._most_rows:
                self._close(shared)
                shared = None
            if shared is None:
                shared = self._open[key] = _Batch(key, time.monotonic() + (0.0 if self._idle else self._delay))
                self._line.append(shared)
            place = shared.join(question)
            if shared.rows == self._most_rows:
                self._close(shared)
            return shared, place

    def _close(self, shared: _Batch) -> None:
        """It is full, or goes. With the lock held."""
        if self._open.get(shared.key) is shared:
            del self._open[shared.key]
        shared.leaves_at = 0.0
        self._changed.notify_all()

    @contextlib.contextmanager
    def _turn_of(self, shared: _Batch) -> Iterator[None]:
        """One of the class's processes is this batch's, and nobody joins any more. The others are told at the end."""
        with self._changed:
            while not self._goes_now(shared):
                wait = shared.leaves_at - time.monotonic()
                self._changed.wait(wait if wait > 0 else None)
            self._idle -= 1
            self._line.remove(shared)
            self._close(shared)
        try:
            yield
        finally:
            shared.asked.set()
            with self._changed:
                self._idle += 1
                self._changed.notify_all()

    def _goes_now(self, shared: _Batch) -> bool:
        """Whether it is the oldest of those that wait for no more company, and a process is idle."""
        now = time.monotonic()
        return self._idle > 0 and next((one for one in self._line if one.leaves_at <= now), None) is shared

    def _ask(self, shared: _Batch, wire: str) -> None:
        try:
            answers: Any = self._model.call(batch.METHOD, shared.questions, wire)
            shared.answers = answers
        except Unavailable as error:  # whoever asked again would wait once more
            shared.unavailable = str(error)
        except Exception as error:
            log.warning("%d requests in one batch failed, each is asked alone: %s", len(shared.questions), error)
