"""The thread that sends spans to a collector, over OTLP with HTTP (https://opentelemetry.io/docs/specs/otlp/)."""

from __future__ import annotations

import logging
import threading
import time

from ...system.scheduling import use_batch_scheduling
from .collector import Collector
from .protobuf import bytes_field
from .span_queue import Record, SpanQueue

log = logging.getLogger(__name__)

_IN_ONE_GO = 16  # records that are encoded before another thread may have the interpreter
_LONGEST_END = 5.0  # seconds that a collector which does not respond can delay the end of the server
_SCOPE = "seldon_runtime"  # the name of what has made the spans


class Exporter:
    """Sends what is in `queue`, in batches. It knows no request, and a collector that is gone disturbs none."""

    def __init__(self, queue: SpanQueue, collector: Collector, resource: bytes, delay: float, batch_size: int) -> None:
        """resource: the content of a Resource. delay: seconds after which a batch goes that is not full."""
        self._queue, self._collector = queue, collector
        self._head = bytes_field(1, resource)
        self._scope = bytes_field(1, bytes_field(1, _SCOPE.encode()))
        self._delay, self._batch_size = delay, batch_size
        self._is_ending = False
        self._refused = 0
        self.sent = 0
        self._thread = threading.Thread(target=self._run, name="trace-exporter", daemon=True)

    @property
    def lost(self) -> int:
        """Records that nobody will see: the queue was full, or the collector did not take them."""
        return self._queue.lost + self._refused

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Send what is left, and end. Records that take longer are lost. seconds: the most; more than 5 count as 5."""
        seconds = min(seconds, _LONGEST_END)
        self._is_ending = True
        self._collector.hurry(time.monotonic() + seconds)
        self._queue.wake()
        if self._thread.ident:
            self._thread.join(seconds)

    def _run(self) -> None:
        use_batch_scheduling()
        while not self._is_ending:
            self._queue.wait(self._delay)
            self._send_all()
        self._send_all()  # what came while the last batch was sent

    def _send_all(self) -> None:
        while records := self._queue.take(self._batch_size):
            try:
                is_taken = self._collector.send(self._encoded(records))
            except Exception:
                log.exception("spans could not be sent")
                is_taken = False
            if is_taken:
                self.sent += len(records)
            else:
                self._refused += len(records)

    def _encoded(self, records: list[Record]) -> bytes:
        """An ExportTraceServiceRequest. A function in pure Python keeps the interpreter, so this gives it away."""
        spans = []
        for number, (encode, *fields) in enumerate(records, 1):
            try:
                spans.append(encode(*fields))
            except Exception:  # of a hostile class: it says when it was called
                log.exception("a span could not be written")
            if number % _IN_ONE_GO == 0:
                time.sleep(0)
        scope_spans = bytes_field(2, self._scope + b"".join(spans))
        return bytes_field(1, self._head + scope_spans)
