"""One request and its response, as observers see them: the access log and the request log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from ..messages import Request

OK = "OK"  # the code of gRPC


class Transport(Protocol):
    """What both transports tell of a request. header: by its name in lower case, "" without it. peer: its client."""

    def header(self, name: str) -> str: ...

    @property
    def peer(self) -> str: ...

    @property
    def call(self) -> Request | None: ...


class Exchange:
    """Begins with the request. `end` adds the response.

    verb: POST or the like; "" for gRPC, and for a request that was refused before its first line was there.
    path: of the request, or of the RPC. body: the request's bytes as they came, if they are kept.
    began: a time of the wall clock. seconds: from the request to the response.
    code: of HTTP as a number, of gRPC as a word. content_type, encoding: of the response.
    """

    __slots__ = (
        "verb", "path", "transport", "body", "body_size", "content_type", "encoding", "began", "code", "response",
        "seconds", "_start",
    )  # fmt: skip

    def __init__(
        self,
        verb: str,
        path: str,
        transport: Transport | None = None,
        body: bytes | bytearray = b"",
        keep_body: bool = False,
    ) -> None:
        """transport: None for a request of which only the path is known.

        keep_body: whether an observer needs it; a copy, because an inline class may write into an array of a request.
        """
        self.verb = verb
        self.path = path
        self.transport = transport
        self.body = bytes(body) if keep_body else b""
        self.body_size = len(body)
        self.began, self._start = time.time(), time.perf_counter()

    def end(self, code: int | str, response: bytes, content_type: str = "", encoding: str = "") -> None:
        """Note the response."""
        self.seconds = time.perf_counter() - self._start
        self.code = code
        self.response = response
        self.content_type = content_type
        self.encoding = encoding

    def header(self, name: str) -> str:
        """See `Transport`."""
        return "" if self.transport is None else self.transport.header(name)

    @property
    def is_success(self) -> bool:
        return self.code == OK or (isinstance(self.code, int) and self.code < 400)

    @property
    def is_grpc(self) -> bool:
        return isinstance(self.code, str)

    @property
    def puid(self) -> str:
        """Of the message, else of a header; ""."""
        call = self.transport.call if self.transport else None
        return (call.puid if call else "") or self.header("seldon-puid") or self.header("x-request-id")

    @property
    def trace_parent(self) -> str:
        call = self.transport.call if self.transport else None
        return (call.trace_parent if call else "") or self.header("traceparent")

    @property
    def peer(self) -> str:
        """The client's address and port, or ""."""
        return self.transport.peer if self.transport else ""


Observer = Callable[[Exchange], None]  # called in any thread once the response is on its way; raises nothing


def owner_of(cancel: Callable[[], None] | None) -> Request | None:
    """The Request whose method `cancel` is: what a transport calls if its client leaves tells what it asked for."""
    owner = getattr(cancel, "__self__", None)
    return owner if isinstance(owner, Request) else None
