"""Events on their way to a sink: limited in number and bytes. What has no room, or is not taken, is counted."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import zlib
from collections import deque
from typing import NamedTuple

from ..system.idle_memory import LARGE, idle_memory
from ..system.scheduling import use_batch_scheduling
from .sink import Sink, SinkFailed

log = logging.getLogger(__name__)

_THREADS = 4  # connections to the sink
_REMARK_SECONDS = 60.0  # from one entry of the log about lost events to the next
_OVERHEAD = 500  # bytes of an event beside its body


class Event(NamedTuple):
    """headers: of HTTP. body: as it came. encoding: its Content-Encoding."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    encoding: str

    @property
    def size(self) -> int:
        return _OVERHEAD + len(self.body)


class EventQueue:
    """`put` never waits. sent, dropped: how many events."""

    def __init__(self, url: str, most: int, most_bytes: int, largest: int) -> None:
        """largest: bytes of a body that is decompressed."""
        self._url, self._most, self._most_bytes, self._largest = url, most, most_bytes, largest
        self._events: deque[Event] = deque()
        self._bytes = self._sending = 0
        self._changed = threading.Condition()
        self._next_remark, self._unreported = 0.0, 0
        self.sent = self.dropped = 0
        for _ in range(_THREADS):
            threading.Thread(target=self._send_all, name="request-log", daemon=True).start()

    def put(self, event: Event) -> None:
        """Add an event, or count it as dropped."""
        with self._changed:
            has_room = len(self._events) < self._most and self._bytes + event.size <= self._most_bytes
            if has_room:
                self._events.append(event)
                self._bytes += event.size
                self._changed.notify()
        if not has_room:
            self._drop(1, "the queue is full")

    def flush(self, seconds: float) -> None:
        """Wait until nothing is on its way, for `seconds` at most. What is left then is dropped."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._events or self._sending), seconds)
            left = len(self._events) + self._sending
            self._events.clear()
        if left:
            self._next_remark = 0.0
            self._drop(left, "the server ends")

    def _send_all(self) -> None:
        use_batch_scheduling()
        sink = Sink(self._url)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._events)
                event = self._events.popleft()
                self._sending += 1
            self._send(sink, event)
            if event.size > LARGE:
                idle_memory.note_large_message()
            with self._changed:
                self._bytes -= event.size
                self._sending -= 1
                self._changed.notify_all()
            del event  # it may be large, and the next one may be far away

    def _send(self, sink: Sink, event: Event) -> None:
        """Raises nothing."""
        try:
            sink.post(event.headers, decompressed(event.body, event.encoding, self._largest))
        except SinkFailed as failed:
            return self._drop(1, str(failed))
        except Exception as error:  # for example a host that is no name
            return self._drop(1, repr(error))
        with self._changed:
            self.sent += 1

    def _drop(self, count: int, reason: str) -> None:
        now = time.monotonic()
        with self._changed:
            self.dropped += count
            self._unreported += count
            if now < self._next_remark:
                return
            self._next_remark = now + _REMARK_SECONDS
            count, self._unreported = self._unreported, 0
        log.warning("REQUEST_LOGGER_URL: %d events were dropped, the last one because %s", count, reason)


def decompressed(body: bytes, encoding: str, largest: int) -> bytes:
    """The body without its Content-Encoding; as it is, if it has none that is known, or is larger than `largest`."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body
    for form in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # gzip or zlib; deflate without a head
        with contextlib.suppress(zlib.error):
            inflater = zlib.decompressobj(form)
            inflated = inflater.decompress(body, largest)
            if inflater.eof:
                return inflated
    return body
