"""What the wrappers of services have in common: a call that passes everything on to another one."""

from __future__ import annotations

from collections.abc import Callable

import grpc

from ..messages import Headers
from .deferred import PendingCall


class WrappedCall(PendingCall):
    """Does what `call` does. A subclass adds to it."""

    __slots__ = ("_call",)

    def __init__(self, call: PendingCall) -> None:
        self._call = call

    @property
    def peer(self) -> str:
        return self._call.peer

    def metadata(self, key: str) -> str:
        return self._call.metadata(key)

    def headers(self) -> Headers:
        return self._call.headers()

    def send_metadata(self, key: str, value: str) -> None:
        self._call.send_metadata(key, value)

    def on_cancel(self, cancel: Callable[[], None]) -> None:
        self._call.on_cancel(cancel)

    def on_end(self, end: Callable[[], None]) -> None:
        self._call.on_end(end)

    def respond(self, body: bytes) -> None:
        self._call.respond(body)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        self._call.fail(code, details)
