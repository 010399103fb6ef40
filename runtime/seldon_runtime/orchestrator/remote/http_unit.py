"""A unit behind an HTTP address, asked in Seldon's JSON as Seldon's executor asks it."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Any

from seldon_component.codec import message
from seldon_component.errors import BadPayload, CallError
from seldon_component.payload import Payload

from ...codec import json_codec
from ...messages import Request
from ...model.interface import OnAnswer, OnChange, ignore_change
from ...model.request_queue import cancelled
from ...system.timer import Timer
from ..paths import PATHS
from . import own_facts
from .headers import lines
from .http_connection import ConnectionFailed, Response
from .http_connections import Address, HttpConnections
from .seldon_form import in_seldon_form
from .unit import RemoteUnit

_LOOK_SECONDS = 1.0
_PROBE_SECONDS = 5.0  # that a server which hangs may take to say whether it is ready


class HttpUnit(RemoteUnit):
    """See `Model`. A request that is cancelled ends its connection, so that the server need not go on."""

    def __init__(
        self, address: Address, connections: HttpConnections, timer: Timer, on_change: OnChange = ignore_change
    ) -> None:
        super().__init__(on_change)
        self._timer = timer
        self._has_ended = False
        self._address = address
        self._connections = connections
        self._probe = f"GET {address.prefix}/ready HTTP/1.1\r\nHost: {address.authority}\r\n\r\n".encode()
        self._heads = {
            method: f"POST {address.prefix}{path} HTTP/1.1\r\nHost: {address.authority}\r\nAccept: application/json\r\n"
            f"Content-Type: application/json\r\n"
            for method, path in PATHS.items()
        }

    def start(self) -> None:
        """Look whether the server is ready, now and again and again. One without /ready is, if it answers."""
        if not self._has_ended:
            exchange = self._connections.send(self._address, self._probe, b"", self._saw)
            self._timer.at(time.monotonic() + _PROBE_SECONDS, exchange.cancel)  # does nothing once it has ended

    def _saw(self, response: Response | None, failure: ConnectionFailed | None) -> None:
        self.set_ready(response is not None and response.status < 500)
        self._timer.at(time.monotonic() + _LOOK_SECONDS, self.start)

    def stop(self, seconds: float = math.inf) -> None:
        """The graph ends: so do the calls of all units that share the connections."""
        self._has_ended = True
        self._connections.close()

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        if request.method in own_facts.PATHS:
            return own_facts.ask_http(self._address, self._connections, self._timer, request, on_answer)
        try:
            body = json_codec.encode_content(in_seldon_form(request.content))
        except BadPayload as error:
            return on_answer(None, error)
        except Exception as error:
            return on_answer(None, CallError(f"the message has no form in JSON: {error}"))
        head = "".join([self._heads[request.method], f"Content-Length: {len(body)}\r\n", *lines(request), "\r\n"])
        exchange = self._connections.send(
            self._address, head.encode("latin-1"), body, partial(_answer, request, on_answer)
        )
        request.on_cancel = exchange.cancel
        if request.cancelled:
            exchange.cancel()


def _answer(request: Request, on_answer: OnAnswer, response: Response | None, failure: ConnectionFailed | None) -> None:
    """In the thread of the connections."""
    if response is None:
        return on_answer(None, cancelled() if request.cancelled else CallError(str(failure)))
    try:
        payload = _read(response, request.method)
    except CallError as error:
        on_answer(None, error)
    except Exception as error:
        on_answer(None, CallError(f"the response cannot be read: {type(error).__name__}: {error}"))
    else:
        on_answer(payload, None)


def _read(response: Response, method: str) -> Payload:
    """Raises CallError for an error of the unit, with its own status and body."""
    try:
        decoded = json_codec.parse(response.body)
    except CallError as error:
        if response.status != 200:
            raise CallError(response.body.decode("utf-8", "replace") or "no text", response.status) from None
        raise CallError(f"the response is no message: {error}") from None
    if response.status != 200:
        raise CallError(
            _info(decoded), response.status, _reason(decoded), decoded if isinstance(decoded, dict) else None
        )
    if method == "route" and isinstance(decoded, list):  # a bare list, which Seldon's executor takes as well
        decoded = {"data": {"ndarray": decoded}}
    try:
        payload: Payload = message.to_payload(decoded)
    except CallError as error:
        raise CallError(f"the response is no message: {error}") from None
    return payload


def _status(decoded: Any) -> dict[str, Any]:
    status = decoded.get("status") if isinstance(decoded, dict) else None
    return status if isinstance(status, dict) else {}


def _info(decoded: Any) -> str:
    info = _status(decoded).get("info")
    return info if isinstance(info, str) else json_codec.dump(decoded).decode()


def _reason(decoded: Any) -> str | None:
    reason = _status(decoded).get("reason")
    return reason if isinstance(reason, str) and reason else None
