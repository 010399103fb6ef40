"""What units on other servers have in common, over REST and gRPC."""

from __future__ import annotations

from typing import Any

from ...model.interface import OnChange, ignore_change


class RemoteUnit:
    """A Model that another server serves; a subclass has the rest. Ready while the server accepts connections."""

    is_draining = is_full = False
    restarts = waiting = 0
    process_ids: tuple[int, ...] = ()

    def __init__(self, on_change: OnChange = ignore_change) -> None:
        self.description: dict[str, Any] = {}
        self.ready = False
        self._on_change = on_change

    def set_ready(self, ready: bool) -> None:
        has_changed, self.ready = ready != self.ready, ready
        if has_changed:
            self._on_change()
