"""seldon_runtime.http_server.limits: clients and bodies that are too many, and probes that are answered nevertheless."""

import json
import os
import resource
import threading
from contextlib import contextmanager

import pytest
from seldon_runtime.http_server.limits import HttpLimits
from support.raw_http import Running, connected, post, refusal, response
from support.waiting import eventually


@pytest.fixture
def limited():
    """A server that allows three clients at a time."""
    running = Running(HttpLimits(1_000_000, connections=3))
    yield running
    running.server.stop(0)


@contextmanager
def holding(running):
    """Its loop does nothing. Yields what ends that before the block does."""
    released, held = threading.Event(), threading.Event()
    running.server._loop.call_soon_threadsafe(held.set)
    running.server._loop.call_soon_threadsafe(released.wait, 60)
    assert held.wait(60)
    yield released.set
    released.set()


@contextmanager
def more_files(count):
    """This process may open so many more, and no others."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_one_client_more_than_allowed_is_refused_and_one_that_leaves_makes_room(limited):
    clients = [limited.connect() for _ in range(3)]
    connected(limited, 3)
    with limited.connect() as sock:
        status, headers, body = response(sock)
        assert (status, headers["Retry-After"], headers["Connection"]) == (503, "1", "close")
        status = json.loads(body)["status"]
        assert (status["reason"], status["info"]) == (
            "MICROSERVICE_OVERLOADED", "3 clients are connected, and MAX_CONNECTIONS allows no more",
        )
    with limited.connect() as sock:
        sock.sendall(post("/echo", b"a"))
        assert response(sock)[0] == 503
    for client in clients:
        client.close()
    connected(limited, 0)
    with limited.connect() as sock:
        sock.sendall(post("/echo", b"a"))
        assert response(sock)[2] == b"a"


def test_a_probe_is_answered_beyond_the_limit(limited):
    clients = [limited.connect() for _ in range(3)]
    connected(limited, 3)
    with limited.connect() as sock:
        sock.sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        limited.application.next()[1](200, (), b"alive")
        status, headers, body = response(sock)
        assert (status, headers["Connection"], body) == (200, "close", b"alive")
    for client in clients:
        client.close()


def test_far_beyond_the_limit_the_oldest_makes_room_for_the_newest_which_may_be_a_probe(limited):
    clients = [limited.connect() for _ in range(3)]
    connected(limited, 3)
    beyond = [limited.connect() for _ in range(192)]
    connected(limited, 3 + 192)
    with limited.connect() as probe:
        status, _, _ = response(beyond[0])
        assert (status, beyond[0].recv(1)) == (503, b"")
        connected(limited, 3 + 192)
        probe.sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        limited.application.next()[1](200, (), b"alive")
        assert response(probe)[2] == b"alive"
    for client in clients + beyond:
        client.close()
    connected(limited, 0)
    assert not limited.server._state.surplus


def test_a_probe_in_hand_is_answered_although_newer_clients_need_its_place(limited):
    clients = [limited.connect() for _ in range(3)]
    connected(limited, 3)
    with limited.connect() as probe:
        probe.sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        respond = limited.application.next()[1]
        clients += [limited.connect() for _ in range(192)]
        connected(limited, 4 + 192)
        respond(200, (), b"alive")
        assert response(probe)[2] == b"alive"
    for client in clients:
        client.close()
    connected(limited, 0)


def test_a_probe_behind_more_clients_than_there_may_be_files_is_answered(limited):
    """They wait in the kernel until there is room: accepted without a file for each, all would be reset."""
    with holding(limited) as release:
        clients = [limited.connect() for _ in range(300)]
        clients[-1].sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        with more_files(3 + 192 + 16):
            release()
            limited.application.next()[1](200, (), b"alive")
            assert response(clients[-1])[2] == b"alive"
    for client in clients:
        client.close()
    connected(limited, 0)


def test_a_probe_goes_before_the_requests_that_came_with_it(running):
    """While the loop is held, requests arrive on many connections; the probe comes last and is begun first."""
    clients = [running.connect() for _ in range(6)]
    connected(running, 6)
    with holding(running):
        for client in clients[:5]:
            client.sendall(post("/echo", b"x"))
        clients[5].sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
    running.application.next()[1](200, (), b"")
    for client in clients:
        assert response(client)[0] == 200
        client.close()
    assert running.application.paths[0] == "/probe"


def test_a_request_that_is_refused_by_its_path_is_refused_before_its_body(limited):
    with limited.connect() as sock:
        sock.sendall(post("/full", b"x" * 500_000)[:200])
        status, headers, _ = response(sock)
        assert (status, headers["Retry-After"], headers["Connection"]) == (503, "1", "close")


@pytest.mark.parametrize("second", [
    b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 401\r\n\r\n",
    b"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n191\r\n" + b"x" * 401,
])
def test_bodies_may_only_be_so_large_together(second):
    running = Running(HttpLimits(1000, all_body_bytes=1000))
    with running.connect() as one, running.connect() as other, running.connect() as third:
        one.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 600\r\n\r\n")
        eventually(lambda: running.server._state.bodies.size == 600, "the first body is expected")
        other.sendall(second)
        assert refusal(other) == (503, "the bodies of all requests: expected at most 1000 bytes together, found 1001")
        one.sendall(b"x" * 600)
        request, respond = running.application.next()
        assert running.server._state.bodies.size == 600  # until the response, because the message is in memory
        respond(200, (), b"")
        assert response(one)[0] == 200
        third.sendall(second)
        eventually(lambda: running.server._state.bodies.size == 401, "there is room again")
    eventually(lambda: running.server._state.bodies.size == 0, "clients that have gone leave room")
    running.server.stop(0)


def test_a_refused_client_that_expects_a_continue_holds_up_nobody(caplog):
    """Its error once ended the turn, and the requests of all clients behind it were never begun."""
    running = Running(HttpLimits(1000, all_body_bytes=500))
    expecting = b"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 501\r\n\r\n"
    with running.connect() as refused, running.connect() as other:
        connected(running, 2)
        with holding(running):
            refused.sendall(expecting)
            other.sendall(post("/echo", b"x"))
        assert response(other)[0] == 200
        assert refusal(refused)[0] == 503
    assert not caplog.messages
    running.server.stop(0)
