"""What the threads of requests do for a trace: a decision, some ids, and a tuple in a queue."""

from __future__ import annotations

import random
from typing import TypeVar

from .parent import HeaderOf, Parent, Reader
from .span_queue import SpanQueue

_ALL = 2**64  # ratio 1, of the lower half of a trace id
SAMPLED = "-01"  # the end of the `traceparent` of a span that is recorded
_NOT_SAMPLED = "-00"
Key = TypeVar("Key")

# The span of a request that has begun: the `traceparent` of what happens inside it, which has its ids, and its parent
# or None. A plain tuple, because each request makes one.
ServerSpan = tuple[str, Parent | None]


class Tracer:
    """Begins spans. `queue` takes those that have ended."""

    def __init__(self, queue: SpanQueue, propagators: tuple[str, ...], follows_parent: bool, ratio: float) -> None:
        """follows_parent: whether the caller's span decides. ratio: the part of the requests that are recorded else."""
        self.queue = queue
        self.propagators = propagators
        self._follows_parent = follows_parent
        self._bound = round(ratio * _ALL)  # as OpenTelemetry's SDK has it, so that all parts of a trace agree
        self._random = random.Random().getrandbits  # seeded by the system, and not by the user's code

    def begin(self, read: Reader[Key], header_of: HeaderOf[Key]) -> ServerSpan:
        """The span of a request with these headers. read: a `parent_reader`. Raises nothing."""
        parent = read(header_of)
        if parent is None:
            trace_id = f"{self._random(128) or 1:032x}"
            is_sampled = int(trace_id[16:], 16) < self._bound
        else:
            trace_id = parent[0]
            is_sampled = parent[2] if self._follows_parent else int(trace_id[16:], 16) < self._bound
        return f"00-{trace_id}-{self._random(64) or 1:016x}{SAMPLED if is_sampled else _NOT_SAMPLED}", parent

    def new_span_id(self) -> str:
        """16 hexadecimal digits, not all of them 0."""
        return f"{self._random(64) or 1:016x}"
