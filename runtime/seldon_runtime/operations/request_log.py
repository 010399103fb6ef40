"""The request log: requests, responses and feedback as CloudEvents, in the form of Seldon's executor.

A body is passed on as it came. docs/operations.md, "Request log", has the attributes.
"""

from __future__ import annotations

import logging
import random
import uuid
from datetime import datetime, timezone
from urllib.parse import quote

from ..config.settings import Settings
from ..metrics import Metrics
from ..monitoring.names import identity
from .event_queue import Event, EventQueue
from .exchange import Exchange

log = logging.getLogger(__name__)

_REQUEST = "io.seldon.serving.inference.request"
_RESPONSE = "io.seldon.serving.inference.response"
_FEEDBACK = "io.seldon.serving.feedback"
_SKIP = frozenset(("true", "on", "1"))
_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')  # what CloudEvents leaves as it is
_JSON, _PROTOBUF = "application/json", "application/protobuf"


class RequestLog:
    """An Observer. It knows the calls of the class: those that were refused before are none."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        logs = settings.request_log
        assert logs.url is not None
        self._mode, self._sample = logs.mode, logs.sample
        self.queue = EventQueue(logs.url, logs.queue_size, logs.queue_bytes, settings.serving.max_inflated_bytes)
        port = settings.listeners[0].port
        names = identity(settings)
        attributes = {
            "source": f"http://{logs.pod_name or 'localhost'}:{port}/",
            "modelid": names.get("model_name", ""),
            "inferenceservicename": settings.unit.deployment_id or "",
            "namespace": logs.namespace or "",
            "endpoint": settings.unit.predictor_id or "",
        }
        self._attributes = tuple((f"ce-{name}", _escaped(value)) for name, value in attributes.items() if value)
        for name, meaning, read in (
            ("sent", "Events of the request log that the sink took.", lambda: self.queue.sent),
            ("dropped", "Events of the request log that were lost.", lambda: self.queue.dropped),
        ):
            metrics.follow("COUNTER", f"seldon_api_request_log_events_{name}", meaning, read)

    def __call__(self, exchange: Exchange) -> None:
        try:
            self._log(exchange)
        except Exception:
            log.exception("an event of the request log was not made")

    def _log(self, exchange: Exchange) -> None:
        call = exchange.transport.call if exchange.transport else None
        if call is None or exchange.header("seldon-skip-logging").lower() in _SKIP:
            return
        if self._sample < 1 and random.random() >= self._sample:
            return
        is_feedback = call.method == "send_feedback"
        puid = exchange.puid or str(uuid.uuid4())
        if self._mode != ("request" if is_feedback else "response"):
            kind = _FEEDBACK if is_feedback else _REQUEST
            content_type = _PROTOBUF if exchange.is_grpc else _type_of_request(exchange)
            encoding = exchange.header("content-encoding")
            self._put(kind, exchange, puid, content_type, exchange.began, exchange.body, encoding)
        if self._mode != "request" and not is_feedback and exchange.is_success:
            ended = exchange.began + exchange.seconds
            body, encoding = exchange.response, exchange.encoding
            self._put(_RESPONSE, exchange, puid, exchange.content_type or _JSON, ended, body, encoding)

    def _put(
        self, kind: str, exchange: Exchange, puid: str, content_type: str, at: float, body: bytes, encoding: str
    ) -> None:
        headers = (
            ("ce-specversion", "1.0"),
            ("ce-id", str(uuid.uuid4())),
            ("ce-type", kind),
            (
                "ce-time",
                datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            ),
            ("ce-requestid", _escaped(puid)),
            ("ce-protocol", _protocol_of(exchange.path)),
            *self._attributes,
            ("Content-Type", content_type),
        )
        self.queue.put(Event(headers, body, encoding.strip().lower()))


def _type_of_request(exchange: Exchange) -> str:
    """The request's Content-Type. `curl -d` calls JSON a form, and consumers believe it."""
    found = exchange.header("content-type")
    is_mistaken = found.startswith("application/x-www-form-urlencoded") and exchange.body[:1] in (b"{", b"[")
    return _JSON if is_mistaken or not found else found


def _escaped(value: str) -> str:
    """The value of an attribute as a header has it (CloudEvents 1.0, HTTP protocol binding, section 3.1.3.2)."""
    return quote(value, safe=_PLAIN)


def _protocol_of(path: str) -> str:
    if path.startswith(("/v2/", "/inference.")):
        return "v2"
    return "v1" if path.startswith("/v1/") else "seldon"
