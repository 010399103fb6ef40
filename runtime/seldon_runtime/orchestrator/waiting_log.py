"""Tells the log which units a graph waits for before it can serve."""

from __future__ import annotations

import logging
import time

from ..system.timer import Timer
from .node import Node

log = logging.getLogger(__name__)

_FIRST, _LATER = 5.0, 300.0  # seconds until the first entry, and between two of them
_ADDRESSES = ("http://", "https://", "grpc://")
_HINT = "; a graph at such an address must not wait for this one"


class WaitingLog:
    """From `begin` on, until all units are ready for the first time, or until `end`."""

    def __init__(self, root: Node, timer: Timer) -> None:
        self._nodes = tuple(root.walk())
        self._timer = timer
        self._begun = 0.0
        self._has_ended = False

    def begin(self) -> None:
        self._begun = time.monotonic()
        self._timer.at(self._begun + _FIRST, self._look)

    def end(self) -> None:
        self._has_ended = True

    def _look(self) -> None:
        missing = [node for node in self._nodes if not node.model.ready]
        if not missing or self._has_ended:
            return
        now = time.monotonic()
        units = ", ".join(f"unit '{node.name}' ({node.place})" for node in missing)
        hint = _HINT if any(node.place.startswith(_ADDRESSES) for node in missing) else ""
        log.warning("the graph has waited %d s for %s%s", now - self._begun, units, hint)
        self._timer.at(now + _LATER, self._look)
