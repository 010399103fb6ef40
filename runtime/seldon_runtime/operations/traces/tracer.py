"""What the threads of requests do for a trace: a decision, some ids, and a tuple in a queue."""

from __future__ import annotations

import random
from typing import NamedTuple

from .parent import HeaderOf, Parent, parent_reader
from .span_queue import SpanQueue

_ALL = 2**64  # ratio 1, of the lower half of a trace id


class ServerSpan(NamedTuple):
    """The span of a request that has begun. header: the `traceparent` of what happens inside it."""

    trace_id: str
    span_id: str
    is_sampled: bool
    parent: Parent | None
    header: str


class Tracer:
    """Begins spans. `queue` takes those that have ended."""

    def __init__(self, queue: SpanQueue, propagators: tuple[str, ...], follows_parent: bool, ratio: float) -> None:
        """follows_parent: whether the caller's span decides. ratio: the part of the requests that are recorded else."""
        self.queue = queue
        self._read = parent_reader(propagators)
        self._follows_parent = follows_parent
        self._bound = round(ratio * _ALL)  # as OpenTelemetry's SDK has it, so that all parts of a trace agree
        self._random = random.Random().getrandbits  # seeded by the system, and not by the user's code

    def begin(self, header_of: HeaderOf) -> ServerSpan:
        """The span of a request with these headers. Raises nothing."""
        parent = self._read(header_of)
        trace_id = parent.trace_id if parent else self._new_trace_id()
        span_id = self.new_span_id()
        if parent is not None and self._follows_parent:
            is_sampled = parent.is_sampled
        else:
            is_sampled = int(trace_id[16:], 16) < self._bound
        header = f"00-{trace_id}-{span_id}-{'01' if is_sampled else '00'}"
        return ServerSpan(trace_id, span_id, is_sampled, parent, header)

    def new_span_id(self) -> str:
        """16 hexadecimal digits, not all of them 0."""
        return f"{self._random(64) or 1:016x}"

    def _new_trace_id(self) -> str:
        return f"{self._random(128) or 1:032x}"
