"""seldon_runtime.http_server.client_timeouts: clients that are slow, idle or too many."""

import json
import os
import resource
import threading
from contextlib import contextmanager

import pytest
from seldon_runtime.http_server.client_timeouts import BODY, HEAD, IDLE, SERVING, WRITING, ClientTimeouts, Progress
from seldon_runtime.http_server.limits import HttpLimits
from support.raw_http import Running, post, refusal, response
from support.waiting import eventually, in_background

LIMITS = HttpLimits(1_000_000, connections=3, keep_alive=90.0, client_timeout=30.0)


class Client:
    """Is where the test puts it, and notes what is done with it."""

    def __init__(self, *progress):
        self.watched = None
        self.at = Progress(*progress)
        self.done = []

    def progress(self):
        return self.at

    def finish(self):
        self.done.append("finished")

    def time_out(self, limit):
        self.done.append(limit)

    def abort(self):
        self.done.append("aborted")


def check(client, *steps):
    """What is done with the client after each (time, size)."""
    timeouts = ClientTimeouts(LIMITS)
    for now, size in steps:
        client.at = client.at._replace(size=size)
        timeouts.check([client], now)
    return client.done


@pytest.mark.parametrize(("phase", "steps", "done"), [
    (IDLE, [(0, 0), (89, 0)], []),
    (IDLE, [(0, 0), (91, 0)], ["finished"]),
    (HEAD, [(0, 0), (30, 0)], []),
    (HEAD, [(0, 0), (31, 0)], ["the head of the request took longer than the 30 s of CLIENT_TIMEOUT_SECONDS"]),
    (BODY, [(0, 0), (31, 31_000), (62, 62_000), (93, 93_000)], []),
    (BODY, [(0, 0), (31, 30_999)],
     ["the body came with less than 1000 bytes a second for 30 s; CLIENT_TIMEOUT_SECONDS is this time"]),
    (SERVING, [(0, 0), (100_000, 0)], []),
    (WRITING, [(0, 90_000), (31, 59_000), (62, 28_000)], []),
    (WRITING, [(0, 90_000), (31, 60_000)], ["aborted"]),
])
def test_a_client_has_time_by_what_it_does(phase, steps, done):
    assert check(Client(phase, 1), *steps) == done


def test_each_request_has_its_own_time():
    client, timeouts = Client(HEAD, 1), ClientTimeouts(LIMITS)
    for number in range(1, 5):
        client.at = Progress(HEAD, number)
        timeouts.check([client], number * 29.0)
    assert client.done == []


class Impatient(Running):
    """A server whose clients are looked at when the test says what time it is."""

    def check(self, now):
        state, timeouts = self.server._state, ClientTimeouts(LIMITS)
        for time in (now, now + 1e6):
            self.server._loop.call_soon_threadsafe(timeouts.check, state.connections, time)


@pytest.fixture
def impatient():
    running = Impatient(LIMITS)
    yield running
    running.server.stop(0)


def connected(running, count):
    eventually(lambda: len(running.server._state.connections) == count, f"{count} clients were connected")


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


@pytest.mark.parametrize(("beginning", "limit"), [
    (b"POST /echo HTTP/1.1\r\nHost:", "the head of the request took longer than the 30 s of CLIENT_TIMEOUT_SECONDS"),
    (post("/echo", b"x" * 10)[:-5],
     "the body came with less than 1000 bytes a second for 30 s; CLIENT_TIMEOUT_SECONDS is this time"),
])
def test_half_a_request_is_answered_with_408(impatient, beginning, limit):
    with impatient.connect() as sock:
        sock.sendall(beginning)
        eventually(lambda: begun(impatient), "a part of the request had come")
        impatient.check(1e9)
        assert refusal(sock) == (408, limit)


def begun(running):
    return [one for one in tuple(running.server._state.connections) if one.progress().phase in (HEAD, BODY)]


def test_an_idle_connection_is_closed_and_one_that_is_served_is_not(impatient):
    with impatient.connect() as idle, impatient.connect() as served:
        idle.sendall(post("/echo", b"a"))
        assert response(idle)[2] == b"a"
        served.sendall(post("/later"))
        _, respond = impatient.application.next()
        impatient.check(1e9)
        assert idle.recv(1) == b""
        respond(200, (), b"b")
        assert response(served)[2] == b"b"


def test_a_client_that_does_not_read_its_response_is_cut_off(impatient):
    with impatient.connect() as sock:
        sock.sendall(post("/large"))
        eventually(lambda: writing(impatient), "the response did not fit into the sockets")
        impatient.check(1e9)
        connected(impatient, 0)


def writing(running):
    return [one for one in tuple(running.server._state.connections) if one.progress().phase == WRITING]


def test_one_client_more_than_allowed_is_refused_and_one_that_leaves_makes_room(impatient):
    clients = [impatient.connect() for _ in range(3)]
    connected(impatient, 3)
    with impatient.connect() as sock:
        status, headers, body = response(sock)
        assert (status, headers["Retry-After"], headers["Connection"]) == (503, "1", "close")
        status = json.loads(body)["status"]
        assert (status["reason"], status["info"]) == (
            "MICROSERVICE_OVERLOADED", "3 clients are connected, and MAX_CONNECTIONS allows no more",
        )
    with impatient.connect() as sock:
        sock.sendall(post("/echo", b"a"))
        assert response(sock)[0] == 503
    for client in clients:
        client.close()
    connected(impatient, 0)
    with impatient.connect() as sock:
        sock.sendall(post("/echo", b"a"))
        assert response(sock)[2] == b"a"


def test_a_probe_is_answered_beyond_the_limit(impatient):
    clients = [impatient.connect() for _ in range(3)]
    connected(impatient, 3)
    with impatient.connect() as sock:
        sock.sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        impatient.application.next()[1](200, (), b"alive")
        status, headers, body = response(sock)
        assert (status, headers["Connection"], body) == (200, "close", b"alive")
    for client in clients:
        client.close()


def test_far_beyond_the_limit_the_oldest_makes_room_for_the_newest_which_may_be_a_probe(impatient):
    clients = [impatient.connect() for _ in range(3)]
    connected(impatient, 3)
    beyond = [impatient.connect() for _ in range(192)]
    connected(impatient, 3 + 192)
    with impatient.connect() as probe:
        status, _, _ = response(beyond[0])
        assert (status, beyond[0].recv(1)) == (503, b"")
        connected(impatient, 3 + 192)
        probe.sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        impatient.application.next()[1](200, (), b"alive")
        assert response(probe)[2] == b"alive"
    for client in clients + beyond:
        client.close()
    connected(impatient, 0)
    assert not impatient.server._state.surplus


def test_a_probe_in_hand_is_answered_although_newer_clients_need_its_place(impatient):
    clients = [impatient.connect() for _ in range(3)]
    connected(impatient, 3)
    with impatient.connect() as probe:
        probe.sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        respond = impatient.application.next()[1]
        clients += [impatient.connect() for _ in range(192)]
        connected(impatient, 4 + 192)
        respond(200, (), b"alive")
        assert response(probe)[2] == b"alive"
    for client in clients:
        client.close()
    connected(impatient, 0)


def test_a_probe_behind_more_clients_than_there_may_be_files_is_answered(impatient):
    """They wait in the kernel until there is room: accepted without a file for each, all would be reset."""
    with holding(impatient) as release:
        clients = [impatient.connect() for _ in range(300)]
        clients[-1].sendall(b"GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")
        with more_files(3 + 192 + 16):
            release()
            impatient.application.next()[1](200, (), b"alive")
            assert response(clients[-1])[2] == b"alive"
    for client in clients:
        client.close()
    connected(impatient, 0)


def test_a_request_that_is_refused_by_its_path_is_refused_before_its_body(impatient):
    with impatient.connect() as sock:
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


def test_clients_that_neither_read_nor_send_do_not_delay_the_stop(running):
    with running.connect() as reading, running.connect() as sending:
        reading.sendall(post("/large"))
        sending.sendall(post("/echo", b"x" * 10)[:-5])
        eventually(lambda: writing(running) and begun(running), "one did not read, the other did not send")
        stopped = in_background(lambda: running.server.stop(3600))
        assert refusal(sending)[0] == 408
        assert stopped() is True
