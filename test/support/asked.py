"""A request to a unit of a graph, and how it ends."""

import queue
from typing import Any

from seldon_component.payload import STRDATA, Payload
from seldon_runtime.messages import Request

X = Payload(STRDATA, "x", (), {"puid": "p"})


class Asked:
    """unit: which is asked at once."""

    def __init__(self, unit, content=X, method="predict", headers=(), trace_parent="", deadline=None):
        self._ends: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.request = Request(method, content, trace_parent=trace_parent)
        self.request.headers, self.request.deadline = headers, deadline
        unit.ask(self.request, lambda *end: self._ends.put(end))

    def end(self):
        """Its response or its error, once there is one."""
        payload, error = self._ends.get(timeout=60)
        return error or payload
