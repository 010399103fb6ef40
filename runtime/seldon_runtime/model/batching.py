"""Several requests in one call of `predict`: their rows are stacked while the component is busy."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Any, cast

from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import Payload
from seldon_component.user_class import batch

from ..errors import Cancelled, ModelCrashed
from ..messages import Content, Request
from .request_queue import QueuedRequest, RequestQueue, cancelled

log = logging.getLogger(__name__)


class _Batch:
    """Requests of one `key` that are to share a call. A request that goes alone has no key."""

    __slots__ = ("key", "due", "members", "rows")

    def __init__(self, key: Hashable, due: float) -> None:
        """due: the time of the monotonic clock from which on it waits for the component alone."""
        self.key = key
        self.due = due
        self.members: OrderedDict[QueuedRequest, None] = OrderedDict()
        self.rows = 0


class BatchingQueue(RequestQueue):
    """A RequestQueue that hands out requests in batches, if they can be stacked.

    A request that finds the component idle goes at once. While all processes work, requests gather in a batch of at
    most BATCH_MAX_SIZE rows. A batch goes when a process is idle, and when it is full or BATCH_MAX_DELAY_MS have passed
    since its first request came. If a batch fails, each of its requests is sent again, alone: an error reaches only
    the request that caused it. After a crash none is sent again, because the class has begun them all.
    """

    def __init__(self, most_rows: int, delay: float) -> None:
        """delay: in seconds."""
        super().__init__()
        self._most_rows = most_rows
        self._delay = delay
        self._wires: tuple[str, ...] = ()  # those whose requests the component takes in batches
        self.on_batch: Callable[[int], None] = lambda rows: None  # told how many rows each call has
        self._batches: OrderedDict[_Batch, None] = OrderedDict()  # in the order of their first requests
        self._open: dict[Hashable, _Batch] = {}  # those that more requests can join
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def describe_component(self, description: dict[str, Any]) -> None:
        self._wires = tuple(description.get("batches", ()))
        if not self._wires:
            log.warning("BATCH_MAX_SIZE has no effect: predict takes meta or traceparent, or there is a predict_raw")

    def put(self, queued: QueuedRequest, is_idle: Callable[[], bool]) -> float | None:
        key = self._key(queued.request)
        if key is None:
            self._add(queued, self._new(None, 0.0), 0)
            return None
        rows = _rows(queued)
        shared, due = self._open.get(key), None
        if shared and shared.rows + rows > self._most_rows:
            self._close(shared)
            shared = None
        if shared is None:
            due = time.monotonic() + self._delay if self._delay and not is_idle() else None
            shared = self._open[key] = self._new(key, due or 0.0)
        self._add(queued, shared, rows)
        if shared.rows == self._most_rows:
            self._close(shared)
        return due

    def put_back(self, returned: Iterable[QueuedRequest]) -> None:
        """Each goes alone."""
        for queued in reversed([*returned]):
            alone = self._new(None, 0.0)
            self._add(queued, alone, 0)
            self._batches.move_to_end(alone, last=False)

    def take(self) -> QueuedRequest | None:
        now = time.monotonic()
        batches = reversed(self._batches) if self.is_newest_first() else iter(self._batches)
        shared = next((one for one in batches if one.due <= now), None)
        if shared is None:
            return None
        self._remove(shared)
        self._count -= len(shared.members)
        if shared.key:
            self.on_batch(shared.rows)
        return self._joined([*shared.members])

    def discard(self, queued: QueuedRequest) -> bool:
        shared: _Batch | None = queued.batch
        if shared is None or shared not in self._batches or queued not in shared.members:
            return False
        del shared.members[queued]
        self._count -= 1
        shared.rows -= _rows(queued) if shared.key else 0
        if not shared.members:
            self._remove(shared)
        return True

    def waiting(self) -> list[QueuedRequest]:
        return [queued for shared in self._batches for queued in shared.members]

    def _key(self, request: Request) -> Hashable:
        """What the requests of a batch have in common; None for one that goes alone."""
        content = request.content
        if request.method != "predict" or request.wire not in self._wires or not isinstance(content, Payload):
            return None
        if request.goes_alone:
            return None
        likeness = batch.likeness(content)
        return None if likeness is None or len(content.data) >= self._most_rows else (request.wire, *likeness)

    def _new(self, key: Hashable, due: float) -> _Batch:
        shared = _Batch(key, due)
        self._batches[shared] = None
        return shared

    def _add(self, queued: QueuedRequest, shared: _Batch, rows: int) -> None:
        queued.batch = shared
        shared.members[queued] = None
        shared.rows += rows
        self._count += 1

    def _close(self, shared: _Batch) -> None:
        """It is full: nobody joins it any more, and it waits for the component alone."""
        del self._open[shared.key]
        shared.due = 0.0

    def _remove(self, shared: _Batch) -> None:
        del self._batches[shared]
        if self._open.get(shared.key) is shared:
            del self._open[shared.key]

    def _joined(self, members: list[QueuedRequest]) -> QueuedRequest:
        """One request for all members that somebody waits for. The others are told that they are cancelled."""
        if len(members) == 1:
            return members[0]
        over = [queued for queued in members if queued.is_over()]
        live = [queued for queued in members if queued not in over] if over else members
        contents = cast(Content, [queued.request.content for queued in live])
        traces = ",".join(filter(None, [queued.request.trace_parent for queued in live]))
        joined = Request(batch.METHOD, contents, members[0].request.wire, traces)
        if not live:  # the model then answers it without the component
            joined.cancelled = True
            joined.deadline = max(queued.request.deadline or 0.0 for queued in over)

        def on_answer(payload: Payload | None, error: CallError | None) -> None:
            self._distribute(over, [], cancelled())
            for queued in live:
                queued.request.call_times = joined.call_times
            self._distribute(live, cast(list[Payload], payload), error)

        return QueuedRequest(joined, on_answer)

    def _distribute(self, members: list[QueuedRequest], payloads: list[Payload], error: CallError | None) -> None:
        """Give each request its own part of the response, or of the failure."""
        if error is None and not (isinstance(payloads, list) and len(payloads) == len(members)):
            error = CallError("the component did not answer each request of its batch")
        if error is None:
            for queued, payload in zip(members, payloads, strict=True):
                queued.answer(payload, None)
        elif isinstance(error, Unavailable | Cancelled | ModelCrashed):
            # there is no process, and the next try would find none; or the class may have begun each of them
            for queued in members:
                queued.answer(None, error)
        else:
            log.warning("%d requests in one batch failed, each is sent alone: %s", len(members), error)
            self.retry(members)


def _rows(queued: QueuedRequest) -> int:
    content = queued.request.content
    assert isinstance(content, Payload)
    return len(content.data)
