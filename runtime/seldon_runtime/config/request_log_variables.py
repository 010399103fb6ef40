"""The variables of the request log, as rows of `variables.VARIABLES`."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .parsers import number, one_of

_MIB = 2**20


@dataclass(frozen=True)
class RequestLogSettings:
    """The request log. url: where events go; None: there is none. mode: all, request or response.

    sample: the part of the requests, 0 to 1. queue_size, queue_bytes: of the events that wait.
    pod_name, namespace: of this pod, for the events' attributes.
    """

    url: str | None = field(repr=False)
    mode: str
    sample: float
    queue_size: int
    queue_bytes: int
    pod_name: str | None
    namespace: str | None


def sink_url(text: str) -> str:
    """A URL of HTTP with a host."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError
    return text


PREFIX = "request_log_"
# fmt: off
REQUEST_LOG_ROWS = (
    ("REQUEST_LOGGER_URL", f"{PREFIX}url", sink_url, None, "http(s)://host…",
     "where requests and responses are sent as CloudEvents", True),
    ("REQUEST_LOGGER_MODE", f"{PREFIX}mode", one_of("all", "request", "response"), "all", "all, request or response",
     "which of them are sent; feedback counts as a response"),
    ("REQUEST_LOGGER_SAMPLE", f"{PREFIX}sample", number(float, 0, 1), "1", "0 to 1", "the part of the requests"),
    ("REQUEST_LOGGER_QUEUE_SIZE", f"{PREFIX}queue_size", number(int, 1), "10000", "1 or more",
     "events that may wait; more are dropped and counted"),
    ("REQUEST_LOGGER_QUEUE_BYTES", f"{PREFIX}queue_bytes", number(int, 1), str(64 * _MIB), "1 or more",
     "the same in bytes"),
    ("POD_NAME", f"{PREFIX}pod_name", str, None, "text", "the host in the events' source; default: localhost"),
    ("POD_NAMESPACE", f"{PREFIX}namespace", str, None, "text", "the events' namespace"),
)
# fmt: on
