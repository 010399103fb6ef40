"""seldon_runtime.http_server.server: its port, its connections when they are many, its drain and its stop."""

import socket
import threading
from contextlib import ExitStack, contextmanager

import pytest
from seldon_runtime.errors import PortTaken
from seldon_runtime.http_server.limits import HttpLimits
from seldon_runtime.http_server.server import HttpServer
from seldon_runtime.system import turn as turns
from seldon_runtime.system.open_files import connections_possible
from seldon_runtime.system.turn import turn
from support.raw_http import LIMIT, TEXT, Application, post, response
from support.server import accepts, free_port
from support.waiting import eventually, in_background


def test_five_thousand_connections_wait_at_a_time(running):
    assert connections_possible(2 * 5000) == 2 * 5000  # this process has both ends of each
    with ExitStack() as opened:
        socks = [opened.enter_context(running.connect()) for _ in range(5000)]
        for sock in socks:
            sock.sendall(post("/wait"))
        kept = [running.application.next() for _ in socks]
        socks[0].settimeout(60)
        with running.connect() as another:
            another.sendall(post("/echo", b"at once"))
            assert response(another)[2] == b"at once"
        for _, respond in kept:
            respond(200, TEXT, b"late")
        assert all(response(sock)[2] == b"late" for sock in socks)


def test_a_client_that_does_not_read_keeps_nobody_waiting(running):
    with running.connect() as lazy, running.connect() as other:
        lazy.sendall(post("/large") + post("/large") + post("/echo"))
        eventually(lambda: running.application.paths, "the first one was begun")
        other.sendall(post("/echo", b"at once"))
        assert response(other)[2] == b"at once"
        assert running.application.paths == ["/large", "/echo"]


def test_a_stop_answers_what_is_in_flight_and_closes_what_is_idle(running):
    with running.connect() as idle, running.connect() as busy, running.connect() as begun:
        idle.sendall(post("/echo", b"a"))
        assert response(idle)[2] == b"a"
        busy.sendall(post("/wait"))
        _, respond = running.application.next()
        begun.sendall(post("/echo", b"abc")[:-1])
        eventually(lambda: len(running.server._state.connections) == 3, "all were connected")
        stopped = in_background(lambda: running.server.stop(60))
        assert idle.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            running.connect()
        begun.sendall(b"c")
        respond(200, TEXT, b"done")
        for sock, body in ((busy, b"done"), (begun, b"abc")):
            _, headers, found = response(sock)
            assert (found, headers["Connection"]) == (body, "close")
        assert stopped() is True


def test_a_drain_closes_each_connection_after_its_next_response_and_accepts_others(running):
    with running.connect() as idle, running.connect() as busy:
        idle.sendall(post("/echo", b"a"))
        assert response(idle)[2] == b"a"
        busy.sendall(post("/wait"))
        _, respond = running.application.next()
        running.server.drain()
        respond(200, TEXT, b"done")
        with running.connect() as late:
            for sock in (idle, late):
                sock.sendall(post("/echo", b"b"))
            for sock, body in ((busy, b"done"), (idle, b"b"), (late, b"b")):
                _, headers, found = response(sock)
                assert (found, headers["Connection"]) == (body, "close")
                assert sock.recv(1) == b""


def test_a_drain_serves_a_pipeline_before_it_closes_the_connection(running):
    with running.connect() as sock:
        sock.sendall(post("/wait"))
        _, respond = running.application.next()
        sock.sendall(post("/echo", b"a") + post("/echo", b"b"))
        eventually(lambda: [connection._held for connection in running.server._state.connections] != [b""], "all had come")
        running.server.drain()
        respond(200, TEXT, b"first")
        found = b""
        while part := sock.recv(65536):
            found += part
        assert [body for body in (b"first", b"\r\n\r\na", b"\r\n\r\nb") if body in found] == [b"first", b"\r\n\r\na", b"\r\n\r\nb"]
        assert found.count(b"Connection: close") == 1


def test_a_stop_says_whether_something_was_left(running):
    with running.connect() as sock:
        sock.sendall(post("/wait"))
        _, respond = running.application.next()
        assert running.server.stop(0.01) is False
        respond(200, TEXT, b"too late")
        with pytest.raises(ConnectionResetError):
            assert sock.recv(1) == b""
            raise ConnectionResetError


def test_a_port_is_taken_from_the_beginning(running):
    with pytest.raises(PortTaken, match=f"port {running.port} cannot be listened on: "):
        HttpServer(running.application, running.port, HttpLimits(LIMIT))


def test_a_port_that_another_server_reserved_too_goes_to_the_first_one_that_starts(running):
    port = free_port()
    servers = [HttpServer(running.application, port, HttpLimits(LIMIT)) for _ in range(2)]
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0
    servers[1].start()
    with pytest.raises(PortTaken, match=f"port {port} cannot be listened on: "):
        servers[0].start()
    assert [server.stop(60) for server in servers] == [True, True]


def test_a_server_that_was_not_started_can_be_stopped():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = HttpServer(Application(), port, HttpLimits(LIMIT))
    assert server.stop(60) is True
    HttpServer(Application(), port, HttpLimits(LIMIT)).stop(0)


def test_clients_that_come_at_once_are_accepted_in_few_turns(running):
    """uvloop alone accepts one in a turn, so a probe would wait for the turns of all clients before it."""
    state, held = running.server._state, threading.Event()
    turns = []

    def count_turns():
        turns.append(len(state.connections))
        state.loop.call_later(0, count_turns)

    with ExitStack() as stack:
        early = [stack.enter_context(running.connect()) for _ in range(10)]
        eventually(lambda: len(state.connections) == len(early), "the first clients were accepted")
        state.loop.call_soon_threadsafe(held.wait)
        late = [stack.enter_context(running.connect()) for _ in range(200)]
        state.loop.call_soon_threadsafe(count_turns)
        held.set()
        eventually(lambda: len(state.connections) == len(early) + len(late), "the others were accepted, too")
        assert sum(count < len(early) + len(late) for count in turns) < 20
        late[-1].sendall(post("/echo", b"a"))
        assert response(late[-1])[2] == b"a"


@contextmanager
def connections(running, count):
    """So many connections that the server has accepted."""
    with ExitStack() as stack:
        clients = [stack.enter_context(running.connect()) for _ in range(count)]
        eventually(lambda: len(running.server._state.connections) == count, "the clients were accepted")
        yield clients


@contextmanager
def held(loop):
    """The event loop does nothing meanwhile."""
    is_held, may_go_on = threading.Event(), threading.Event()

    def hold():
        is_held.set()
        may_go_on.wait()

    loop.call_soon_threadsafe(hold)
    is_held.wait()
    yield
    may_go_on.set()


def test_requests_that_come_together_are_begun_in_one_turn(running, monkeypatch):
    """So they go to the component together. Requests of different turns would go there one by one."""
    loop, counts = running.server._state.loop, []
    monkeypatch.setattr(turns, "_LONGEST_HOLD", 60)

    def count():
        counts.append(len(running.application.paths))

    def begin(request, respond):
        turn.at_end(count)
        running.application(request, respond)

    monkeypatch.setattr(running.server._state, "application", begin)
    with connections(running, 20) as clients:
        with held(loop):
            for client in clients:
                client.sendall(post("/echo"))
        assert [response(client)[0] for client in clients] == [200] * len(clients)
    assert counts == [len(clients)]


@pytest.mark.parametrize(
    ("host", "found"), [("::", (True, True)), ("0.0.0.0", (True, False)), ("::1", (False, True))]
)
def test_a_server_listens_on_the_addresses_of_its_host(host, found):
    server = HttpServer(Application(), port := free_port(), HttpLimits(LIMIT), host)
    server.start()
    assert (accepts("127.0.0.1", port), accepts("::1", port)) == found
    server.stop(0)


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::")])
def test_a_port_that_is_taken_in_one_family_is_taken(family, address):
    with socket.socket(family) as taken:
        if family == socket.AF_INET6:
            taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        taken.bind((address, 0))
        taken.listen()
        with pytest.raises(PortTaken):
            HttpServer(Application(), taken.getsockname()[1], HttpLimits(LIMIT))
