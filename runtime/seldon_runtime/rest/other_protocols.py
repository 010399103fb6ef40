"""The protocols besides Seldon's: each has the paths below a prefix of its own."""

from __future__ import annotations

from typing import Protocol

from ..config.settings import Settings
from ..http_server.protocol import HttpRequest, Respond
from ..model.interface import Model
from ..system.thread_pool import ThreadPool


class ProtocolPaths(Protocol):
    """The paths of one protocol. A Handler."""

    def __call__(self, request: HttpRequest, respond: Respond) -> None: ...

    @property
    def urgent_paths(self) -> frozenset[str]:
        """Those of probes."""

    def is_for_the_class(self, path: str) -> bool:
        """Whether a request for this path reaches the class."""


class OtherProtocols:
    """Those of PROTOCOLS that are served. Their own modules are imported for these only."""

    def __init__(self, model: Model, settings: Settings, readers: ThreadPool, threads: ThreadPool) -> None:
        """readers: threads for the requests that take long to read. threads: for those that wait for the component."""
        self._by_prefix: dict[str, ProtocolPaths] = {}
        if "v2" in settings.serving.protocols:
            from .v2_paths import V2Paths

            self._add("/v2", V2Paths(model, settings, readers, threads))
        if "v1" in settings.serving.protocols:
            from .v1_paths import V1Paths

            self._add("/v1", V1Paths(model, settings, readers))

    def _add(self, prefix: str, paths: ProtocolPaths) -> None:
        self._by_prefix[prefix] = self._by_prefix[f"{prefix}/"] = paths

    @property
    def urgent_paths(self) -> frozenset[str]:
        return frozenset(path for paths in self._by_prefix.values() for path in paths.urgent_paths)

    def handler_of(self, path: str) -> ProtocolPaths | None:
        """What serves the path, or None."""
        return self._by_prefix.get(path[:4])

    def is_for_the_class(self, path: str) -> bool:
        paths = self.handler_of(path)
        return paths is not None and paths.is_for_the_class(path)
