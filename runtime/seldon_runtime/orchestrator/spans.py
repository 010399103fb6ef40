"""A span for each call of a unit, below the span of the request."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Container
from time import time_ns

from seldon_component.errors import CallError

from ..messages import Request
from ..model.traced import TracedModel
from ..operations.traces.spans import unit_span
from ..operations.traces.tracer import SAMPLED, Tracer
from .node import Node

_LONGEST = 1024  # characters of a puid that is kept


class UnitSpans:
    """A Watcher. If the request's trace is recorded, each unit gets the `traceparent` of the span of its own call."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begin(self, node: Node, request: Request) -> Callable[[CallError | None], None]:
        header = request.trace_parent
        if not header.endswith(SAMPLED):
            return _nothing
        own = request.trace_parent = f"{header[:36]}{self._tracer.new_span_id()}{SAMPLED}"
        start, puid = time_ns(), request.puid[:_LONGEST]

        def end(error: CallError | None) -> None:
            reason = str(error.reason) if error else ""
            facts = node.name, node.place, request.method, puid, reason
            self._tracer.queue.add((unit_span, header, own, start, time_ns(), *facts))

        return end


def traced(node: Node, tracer: Tracer, names: Container[str]) -> Node:
    """The same graph, where the units of these names have spans for the wait and the call of their class."""
    model = TracedModel(node.model, tracer) if node.name in names else node.model
    children = tuple(traced(child, tracer, names) for child in node.children)
    return dataclasses.replace(node, model=model, children=children)


def _nothing(error: CallError | None) -> None:
    """The end of a call that is not recorded."""
