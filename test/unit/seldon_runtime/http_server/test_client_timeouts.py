"""seldon_runtime.http_server.client_timeouts: clients that are slow or idle."""

import pytest
from seldon_runtime.http_server.client_timeouts import BODY, HEAD, IDLE, SERVING, WRITING, ClientTimeouts, Progress
from seldon_runtime.http_server.limits import HttpLimits
from support.raw_http import Running, connected, post, refusal, response
from support.waiting import eventually, in_background

LIMITS = HttpLimits(1_000_000, keep_alive=90.0, client_timeout=30.0)


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


def test_clients_that_neither_read_nor_send_do_not_delay_the_stop(running):
    with running.connect() as reading, running.connect() as sending:
        reading.sendall(post("/large"))
        sending.sendall(post("/echo", b"x" * 10)[:-5])
        eventually(lambda: writing(running) and begun(running), "one did not read, the other did not send")
        stopped = in_background(lambda: running.server.stop(3600))
        assert refusal(sending)[0] == 408
        assert stopped() is True
