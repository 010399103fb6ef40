"""orchestrator.remote.own_facts: what servers of every age say of themselves over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from seldon_component.errors import CallError
from seldon_component.payload import Payload
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import call
from seldon_runtime.orchestrator.remote.http_connection import ConnectionFailed, Response
from seldon_runtime.orchestrator.remote.http_connections import Address
from seldon_runtime.orchestrator.remote.own_facts import ask_http
from seldon_runtime.system.timer import Timer


class Answering:
    """Connections to a server that answers everything so."""

    def __init__(self, status: int, body: bytes) -> None:
        self.response = Response(status, body) if status else None
        self.heads: list[bytes] = []

    def send(self, address: Address, head: bytes, body: bytes, on_response: Any) -> Any:
        self.heads.append(head)
        on_response(self.response, None if self.response else ConnectionFailed("no connection"))
        return SimpleNamespace(cancel=lambda: None)


def asked(method: str, status: int, body: bytes = b"", prefix: str = "") -> tuple[Payload, bytes]:
    """(the answer, the head of the request)"""
    connections: Any = Answering(status, body)
    address = Address("unit", 9000, prefix=prefix)
    ask = SimpleNamespace(ask=lambda request, on_answer: ask_http(address, connections, Timer(), request, on_answer))
    return call(ask, Request(method, Payload())), connections.heads[0]


@pytest.mark.parametrize(
    ("body", "kind", "data"),
    [
        (b'{"strData": "fine"}', "strData", "fine"),
        (b'{"status": "up"}', "jsonData", {"status": "up"}),
        (b"pong", "strData", "pong"),
    ],
)
def test_any_health_is_taken(body: bytes, kind: str, data: Any) -> None:
    found, head = asked("health_status", 200, body, "/seldon/x")
    assert (found.kind, found.data) == (kind, data)
    assert head == b"GET /seldon/x/health/status HTTP/1.1\r\nHost: unit:9000\r\nAccept: application/json\r\n\r\n"


def test_metadata_are_taken_as_they_are() -> None:
    found, head = asked("metadata", 200, b'{"name": "m"}')
    assert found.data == {"name": "m"} and head.startswith(b"GET /metadata ")


@pytest.mark.parametrize(
    ("method", "status", "reason", "info"),
    [
        ("metadata", 404, "MICROSERVICE_NOT_IMPLEMENTED", "there is no /metadata"),
        ("metadata", 500, "MICROSERVICE_INTERNAL_ERROR", "/metadata answered 500: oh"),
        ("health_status", 404, "MICROSERVICE_INTERNAL_ERROR", "/health/status answered 404: oh"),
        ("health_status", 0, "MICROSERVICE_UNAVAILABLE", "no connection"),
    ],
)
def test_what_it_cannot_tell_is_an_error(method: str, status: int, reason: str, info: str) -> None:
    with pytest.raises(CallError) as caught:
        asked(method, status, b"oh")
    assert (caught.value.reason, caught.value.info) == (reason, info)
