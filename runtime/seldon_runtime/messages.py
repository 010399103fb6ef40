"""What a transport asks of the component, over both wires."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from seldon_component import log_context
from seldon_component.payload import REST, Feedback, Payload, first_of

# headers of a request, and keys of a call's metadata, that come back with the response
ECHOED = ("x-request-id", "seldon-puid", "traceparent")
LONGEST_ECHO = 256  # characters

# of HTTP or keys of a call's metadata, their names in lower case; bytes under a key that ends in -bin are base64
Headers = tuple[tuple[str, str], ...]
Content = Payload | Feedback | list[Payload]  # a message, a reward for an earlier one, or the messages to be combined


def identify(content: Content) -> str:
    """The puid of a request to a graph. One without gets the puid of the response that it rewards, or a new one."""
    meta = first_of(content).meta
    if not meta.get("puid"):
        earlier = content.response.meta.get("puid") if isinstance(content, Feedback) else None
        meta["puid"] = earlier or str(uuid.uuid4())
    return str(meta["puid"])


class Request:
    """One call of the component, with all that belongs to it on its way.

    method: one of service_types.METHODS. content: what that method takes. wire: REST or GRPC.
    trace_parent: the header `traceparent` of W3C's Trace Context, or "". With traces on it names our own span, so
    its second part is the id of the trace, even if the caller has sent other headers.
    call_times: when the class began, in seconds since 1970, and for how many seconds it worked; None if it did not
    begin, or if nobody measured it.
    deadline: the time of the monotonic clock, in seconds, after which nobody waits for the response; None: none.
    cancelled: whether nobody waits any longer, because the client has gone or the deadline has passed.
    headers: of the client, for the units of a graph; only a transport in front of a graph tells them.
    goes_alone: whether it must share no call with others, because it may crash the class.
    """

    __slots__ = (
        "method",
        "content",
        "wire",
        "trace_parent",
        "headers",
        "deadline",
        "cancelled",
        "goes_alone",
        "on_cancel",
        "call_times",
    )

    def __init__(self, method: str, content: Content, wire: str = REST, trace_parent: str = "") -> None:
        self.method = method
        self.content = content
        self.wire = wire
        self.trace_parent = trace_parent
        self.headers: Headers = ()
        self.deadline: float | None = None
        self.call_times: tuple[float, float] | None = None
        self.cancelled = self.goes_alone = False
        self.on_cancel: Callable[[], None] | None = None  # set by the model that has the request

    @property
    def puid(self) -> str:
        """The message's own id, or ""."""
        return str(first_of(self.content).meta.get("puid", ""))

    @property
    def log_fields(self) -> dict[str, Any]:
        """What an entry of the log about this request has as `extra`."""
        return {"fields": log_context.fields_of(self.content, self.trace_parent)}

    def __str__(self) -> str:
        return f"{self.method} (puid {self.puid!r}, traceparent {self.trace_parent!r})"

    def cancel(self) -> None:
        """Nobody waits for the response any longer: the class need not see the request. From any thread."""
        self.cancelled = True
        if (on_cancel := self.on_cancel) is not None:  # read once, because another thread may clear it
            on_cancel()
