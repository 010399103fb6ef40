"""A server that accepts connections and says nothing is not ready."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
from seldon_runtime.orchestrator.remote import http_unit
from seldon_runtime.orchestrator.remote.http_connections import Address, HttpConnections
from seldon_runtime.system.timer import Timer
from support.waiting import eventually

_READY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def test_a_server_that_says_nothing_any_longer_is_not_ready_until_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_unit, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(http_unit.HttpUnit, "patience", 0.2)
    responds = threading.Event()
    responds.set()

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while connection.recv(1000):
                if responds.is_set():
                    connection.sendall(_READY)

    def accept() -> None:
        with contextlib.suppress(OSError):  # the test has ended
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    connections = HttpConnections()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        unit = http_unit.HttpUnit(Address("127.0.0.1", server.getsockname()[1]), connections, Timer())
        unit.start()
        eventually(lambda: unit.ready, "the unit was ready")
        responds.clear()
        eventually(lambda: not unit.ready, "the unit was not ready any longer")
        responds.set()
        eventually(lambda: unit.ready, "the unit was ready again")
        unit.stop()
    connections.close()
