"""The health that the class reports of itself, for probes, which must not wait behind the requests of clients."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from seldon_component.errors import CANCELLED, CallError, Unavailable
from seldon_component.payload import ARRAY_KINDS, STRDATA, Payload

from ..errors import Overloaded, TimedOut
from ..messages import Request
from .interface import Model, why_not_ready

_LONGEST = 0.5  # seconds; a probe of Kubernetes waits for one
_UNAVAILABLE = 503
# errors that tell nothing of the class, because it did not get the call
_NO_NEWS = frozenset((Overloaded.reason, TimedOut.reason, Unavailable.reason, CANCELLED))


class _Call(NamedTuple):
    """give_up: the time of the monotonic clock after which nobody waits for it."""

    has_ended: threading.Event
    give_up: float


class HealthStatus:
    """Calls the class's `health_status`, at most once at a time, and remembers what it said."""

    def __init__(self, model: Model, longest: float = _LONGEST) -> None:
        """longest: seconds that a `read` may wait for the class."""
        self._model = model
        self._longest = longest
        self._lock = threading.Lock()
        self._last: Payload | CallError = Payload(STRDATA, "busy")
        self._call: _Call | None = None  # that is on its way

    def read(self) -> Payload:
        """The response of the class now, or the one before if the class is at work for too long.

        A class without `health_status` is not called. Raises CallError: Unavailable if the component is not ready.
        """
        if not self._model.ready:
            raise Unavailable(why_not_ready(self._model))
        if not self._model.description.get("checks_health", True):
            return Payload(STRDATA, "healthy")
        call = self._begin_call()
        call.has_ended.wait(max(call.give_up - time.monotonic(), 0.0))
        last = self._last
        if isinstance(last, CallError):
            raise last
        return last

    def _begin_call(self) -> _Call:
        with self._lock:
            if self._call is not None:
                return self._call
            call = self._call = _Call(threading.Event(), time.monotonic() + self._longest)
        self._model.ask(Request("health_status", Payload()), lambda *response: self._end_call(call, *response))
        return call

    def _end_call(self, call: _Call, payload: Payload | None, error: CallError | None) -> None:
        """The OnAnswer of a call."""
        if payload is not None:
            self._last = payload
        elif error is not None and error.reason not in _NO_NEWS:
            self._last = error
        self._call = None
        call.has_ended.set()


def status_of(response: Payload) -> int:
    """The HTTP status of what `health_status` returned: 503 for False, or that of its message."""
    if response.kind in ARRAY_KINDS and response.data.dtype == bool and not response.data.all():
        return _UNAVAILABLE
    status = response.status or {}
    code = status.get("code")
    if isinstance(code, int) and 400 <= code <= 599:
        return code
    return _UNAVAILABLE if status.get("status") == "FAILURE" else 200
