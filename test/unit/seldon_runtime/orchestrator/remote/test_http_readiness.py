"""orchestrator.remote.http_unit: a unit is ready as long as its server says so."""

import queue
from typing import Any

import pytest
from seldon_runtime.orchestrator.remote import http_unit
from seldon_runtime.orchestrator.remote.http_connections import Address
from seldon_runtime.orchestrator.remote.http_unit import HttpUnit
from seldon_runtime.system.timer import Timer


def answered(server):
    """The connection of a unit's server, which has said once that it is ready."""
    accepted = server.accept()
    accepted.request()
    accepted.respond(b"")
    return accepted


@pytest.mark.parametrize("status, is_ready", [(200, True), (404, True), (503, False)])
def test_readiness_is_what_the_server_says(status, is_ready, server, connections):
    changes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    made = HttpUnit(Address("127.0.0.1", server.port), connections, Timer(), lambda: changes.put(made.ready))
    assert not made.ready
    made.start()
    accepted = server.accept()
    assert accepted.request()[0].startswith("GET /ready HTTP/1.1\r\n")
    accepted.respond(b"", status)
    if is_ready:
        assert changes.get(timeout=60) is True
    made.stop()


def test_a_server_that_hangs_is_not_ready(server, connections, monkeypatch):
    monkeypatch.setattr(http_unit, "_LOOK_SECONDS", 0.0)
    changes: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def change():
        monkeypatch.setattr(http_unit, "_PROBE_SECONDS", 0.0)
        changes.put(made.ready)

    made = HttpUnit(Address("127.0.0.1", server.port), connections, Timer(), change)
    made.start()
    accepted = answered(server)
    assert changes.get(timeout=60) is True
    accepted.request()
    assert changes.get(timeout=60) is False
    made.stop()


def test_a_server_that_goes_is_not_ready_and_one_that_comes_back_is(server, connections, monkeypatch):
    monkeypatch.setattr(http_unit, "_LOOK_SECONDS", 0.0)
    changes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    made = HttpUnit(Address("127.0.0.1", server.port), connections, Timer(), lambda: changes.put(made.ready))
    made.start()
    accepted = answered(server)
    assert changes.get(timeout=60) is True
    accepted.request()
    accepted.close()
    assert changes.get(timeout=60) is False
    answered(server)
    assert changes.get(timeout=60) is True
    made.stop()
