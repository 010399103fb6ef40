"""Requests on their way to one process of the component."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections import deque
from typing import Any

from seldon_component.channel.frames import Channel, joined
from seldon_component.channel.progress import Progress

from ...system.thread_pool import ThreadPool
from ..request_queue import QueuedRequest, not_sent
from .request_frames import empty_frame_of, frame_of

log = logging.getLogger(__name__)

_writers = ThreadPool(sys.maxsize, "model-writer")  # each waits for one process


class RequestWriter:
    """Sends requests in their order, from any thread."""

    def __init__(self, connection: socket.socket, channel: Channel, progress: Progress) -> None:
        """progress: of the process."""
        self._socket, self._channel, self._progress = connection, channel, progress
        self._unsent: deque[QueuedRequest] = deque()
        self._sending = threading.Lock()

    def add(self, queued: QueuedRequest) -> None:
        """Add a request to those that `send` sends."""
        self._unsent.append(queued)

    def withdraw(self, queued: QueuedRequest) -> None:
        """Have the component leave out a request, unless it has begun it. With the lock of its model held."""
        queued.is_withdrawn = True
        self._progress.withdraw(queued.number)

    def send(self) -> None:
        """Send what was added. Never blocks: the first thread sends for all that come meanwhile.

        What the socket does not take at once is left to another thread. The thread that reads must not wait for the
        component, because the component may wait for it: to read a large response.
        """
        while self._unsent and self._sending.acquire(blocking=False):
            buffers: list[Any] = []
            while self._unsent:
                queued = self._unsent.popleft()
                buffers += queued.frame or self._frame_of(queued)
            if rest := self._write_now(buffers):
                return _writers.do(self._write_rest, rest)
            self._sending.release()

    def _frame_of(self, queued: QueuedRequest) -> list[Any]:
        """The bytes of a request. One that has none is left out by the component, and answered with an error."""
        try:
            return frame_of(queued)
        except Exception:
            log.exception(
                "a request cannot be sent to the component: %s", queued.request, extra=queued.request.log_fields
            )
            self.withdraw(queued)
            queued.fail_with(not_sent())
            return empty_frame_of(queued)

    def _write_now(self, buffers: list[Any]) -> list[Any]:
        """Write as much as the socket takes; return the rest."""
        buffers = [*joined(buffers)]
        try:
            for number, buffer in enumerate(buffers):
                written = self._socket.send(buffer, socket.MSG_DONTWAIT)
                if written < len(buffer):
                    return [memoryview(buffer)[written:], *buffers[number + 1 :]]
        except BlockingIOError:
            return buffers[number:]
        except OSError:
            self._unsent.clear()  # the process has ended
        return []

    def _write_rest(self, rest: list[Any]) -> None:
        """Wait for the component to take the rest. The thread has the lock `_sending`."""
        try:
            self._channel.write(rest)
        except OSError:
            self._unsent.clear()  # the process has ended
        self._sending.release()
        self.send()
