"""The whole graph as one Model, so that every transport serves it as it serves a component."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from seldon_component.errors import CallError, NotImplementedByModel
from seldon_component.payload import GRPC, REST, Feedback, Payload

from ..config.settings import Settings
from ..errors import TimedOut
from ..messages import Request
from ..model.deadline import FirstAnswer
from ..model.interface import OnAnswer
from ..system.timer import Timer
from .coroutines import run
from .node import Node
from .waiting_log import WaitingLog
from .walk import Walk, Watcher

# takes the OnAnswer of a request, and returns the one that it gets instead
Follow = Callable[[Request, OnAnswer], tuple[Watcher, OnAnswer]]
METHODS = ("predict", "send_feedback")


class GraphModel:
    """Ready once all units are. See `Model`. A request that takes longer than the wire's time limit is answered with
    TimedOut, which names the units that it waits for."""

    is_draining = False  # a wrapper may say that it is

    def __init__(
        self,
        root: Node,
        settings: Settings,
        timer: Timer,
        watchers: tuple[Watcher, ...] = (),
        follow: Follow | None = None,
    ) -> None:
        """watchers: of the calls of all requests. follow: makes one more for each request."""
        self._root = root
        self._nodes = tuple(root.walk())
        self._timer = timer
        self._waiting_log = WaitingLog(root, timer)
        self._seconds = {REST: settings.rest_timeout, GRPC: settings.grpc_timeout}
        self._watchers = watchers
        self._follow = follow

    @property
    def ready(self) -> bool:
        return all(node.model.ready for node in self._nodes)

    @property
    def missing(self) -> str:
        """The units that are not ready."""
        return ", ".join(f"unit '{node.name}' is not ready" for node in self._nodes if not node.model.ready)

    @property
    def restarts(self) -> int:
        return sum(node.model.restarts for node in self._nodes)

    @property
    def waiting(self) -> int:
        return sum(node.model.waiting for node in self._nodes)

    @property
    def is_full(self) -> bool:
        """Whether the first unit takes no more: one behind it may stand on a branch that is not taken."""
        return self._root.model.is_full

    @property
    def process_ids(self) -> tuple[int, ...]:
        return tuple(pid for node in self._nodes for pid in node.model.process_ids)

    @property
    def description(self) -> dict[str, Any]:
        """That of the first unit, but for the methods: a graph predicts, even if its first unit is no model."""
        root = self._root.model.description
        return {**root, "service_type": "MODEL", "methods": list(METHODS), "batches": []} if root else {}

    def start(self) -> None:
        for node in self._nodes:
            node.model.start()
        self._waiting_log.begin()

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        watchers = self._watchers
        if self._follow is not None:
            watcher, on_answer = self._follow(request, on_answer)
            watchers = (*watchers, watcher)
        walk = Walk(request, watchers)
        answer = self._within_deadline(request, walk, on_answer)
        content = request.content
        if request.method == "predict" and isinstance(content, Payload):
            run(walk.predict(self._root, content), answer)
        elif isinstance(content, Feedback):
            run(walk.feed_back(self._root, content), answer)
        else:
            answer(None, NotImplementedByModel(f"a graph has no {request.method}; it has: {', '.join(METHODS)}"))

    def _within_deadline(self, request: Request, walk: Walk, on_answer: OnAnswer) -> OnAnswer:
        seconds = self._seconds[request.wire]
        if seconds is None:
            return on_answer
        request.deadline = time.monotonic() + seconds
        first = FirstAnswer(on_answer)

        def answer(payload: Payload | None, error: CallError | None) -> None:
            self._timer.cancel(timed)
            first.answer(payload, error)

        def expire() -> None:
            units = " and ".join(f"unit '{name}'" for name in walk.awaited) or "the graph"
            first.answer(None, TimedOut(f"{units} did not answer within {seconds * 1000:g} ms"))
            request.cancel()

        timed = self._timer.at(request.deadline, expire)
        return answer

    def stop(self, seconds: float = math.inf) -> None:
        self._waiting_log.end()
        end = time.monotonic() + seconds
        for node in self._nodes:
            node.model.stop(max(end - time.monotonic(), 0.0))
