"""Requests that got no response of the class, by reason: counted, and in the log, but not a line for each."""

from __future__ import annotations

import logging
import threading
import time

from seldon_component.errors import CANCELLED, Unavailable

from ..errors import Cancelled, Overloaded, TimedOut, TooManyBodyBytes, TooManyConnections
from ..system.timer import Timer
from .family import Cells, Labels

log = logging.getLogger(__name__)

LOG_SECONDS = 10.0  # between two lines of the log with the same reason

# reason -> what happened to the requests
MEANINGS = {
    "max_waiting": "refused, because MAX_WAITING allows no more to wait",
    "max_connections": "refused, because MAX_CONNECTIONS allows no more connections",
    "memory": "refused, because the bodies of all requests would take too much memory",
    "timeout": "ended by REST_TIMEOUT_MS or GRPC_TIMEOUT_MS",
    "cancelled": "left by their clients before the response",
    "unavailable": "refused, because the component was not loaded or the server was stopping",
    "left": "without a response when the server stopped",
}
_REASONS: dict[type[Exception], str] = {
    Overloaded: "max_waiting",
    TooManyConnections: "max_connections",
    TooManyBodyBytes: "memory",
    TimedOut: "timeout",
    Cancelled: "cancelled",
    Unavailable: "unavailable",
}


def reason_of(error: Exception) -> str | None:
    """A key of MEANINGS; None for an error of the request or of the class."""
    if getattr(error, "reason", None) == CANCELLED:  # the component's process has left it out
        return "cancelled"
    return _REASONS.get(type(error))


class DropCounts:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(MEANINGS, 0)
        self._logged = dict.fromkeys(MEANINGS, 0)
        self._pending: set[str] = set()  # reasons of which the next line is already planned
        self._timer = Timer()

    def add(self, reason: str, count: int = 1) -> None:
        """reason: a key of MEANINGS. The first one is logged at once, those after it together."""
        with self._lock:
            self._counts[reason] += count
            if reason in self._pending:
                return
            self._pending.add(reason)
        self._log(reason)

    def note(self, error: Exception) -> None:
        """Count a request that got this error, if it is one of a server that has too much to do."""
        if (reason := reason_of(error)) is not None:
            self.add(reason)

    def series(self) -> dict[Labels, Cells]:
        """For a COUNTER."""
        return {(("reason", reason),): [float(count)] for reason, count in self._counts.items()}

    def flush(self) -> None:
        """Log at once what is not logged yet. For a server that stops."""
        for reason in tuple(self._pending):
            self._log(reason)

    def _log(self, reason: str) -> None:
        with self._lock:
            new = self._counts[reason] - self._logged[reason]
            self._logged[reason] += new
            if not new:
                self._pending.discard(reason)
                return
        level = logging.INFO if reason == "cancelled" else logging.WARNING
        noun = "request was" if new == 1 else "requests were"
        log.log(level, "%d %s %s (%s; %d since the start)", new, noun, MEANINGS[reason], reason, self._logged[reason])
        self._timer.at(time.monotonic() + LOG_SECONDS, lambda: self._log(reason))
