"""Which observers the settings ask for. Without one, nothing of this package is imported or composed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ..config.settings import Settings
from ..metrics import Metrics

if TYPE_CHECKING:
    from .exchange import Observer


class Observers(NamedTuple):
    """observers: of each exchange. keep_bodies: whether they need the bodies of requests.

    flush: waits until they have written all, for some seconds at most.
    """

    observers: tuple[Observer, ...]
    keep_bodies: bool
    flush: Callable[[float], None]


def create_observers(settings: Settings, metrics: Metrics) -> Observers | None:
    """The same ones for each transport; None: there are none."""
    observers: list[Observer] = []
    flush: Callable[[float], None] = _nothing_to_flush
    if settings.logs.access:
        from .access_log import AccessLog

        observers.append(AccessLog())
    if settings.request_log.url:
        from .request_log import RequestLog

        request_log = RequestLog(settings, metrics)
        flush = request_log.queue.flush
        observers.append(request_log)
    return Observers(tuple(observers), settings.request_log.url is not None, flush) if observers else None


def _nothing_to_flush(seconds: float) -> None:
    """Nothing waits to be written."""
