"""seldon_runtime.rest.server: the HTTP server in front of an application of the test's own, over real sockets."""

import http.client
import json
import queue
import socket
import threading
from contextlib import ExitStack

import pytest
from seldon_runtime.errors import PortTaken
from seldon_runtime.rest.error_response import JSON
from seldon_runtime.rest.server import RestServer
from support.waiting import eventually, in_background

LIMIT = 1000
TEXT = (("Content-Type", "text/plain"),)


class Application:
    """Responds to /echo with the body at once; keeps every other request until the test responds to it."""

    def __init__(self):
        self.kept = queue.Queue()
        self.paths = []

    def __call__(self, request, respond):
        self.paths.append(request.path)
        if request.path == "/echo":
            respond(200, TEXT, bytes(request.body))
        elif request.path == "/raise":
            raise ValueError("a mistake of the application")
        elif request.path == "/large":
            respond(200, TEXT, b"x" * 50_000_000)
        else:
            self.kept.put((request, respond))

    def next(self):
        return self.kept.get(timeout=60)


class Running:
    def __init__(self):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.application = Application()
        self.server = RestServer(self.application, self.port, LIMIT)
        self.server.start()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@pytest.fixture
def running():
    made = Running()
    yield made
    if made.server._thread.is_alive():
        made.server.stop(0)


def post(path, body=b"", *headers, version=b"1.1"):
    lines = [b"POST %s HTTP/%s" % (path.encode(), version), b"Host: x", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks):
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def response(sock, method="POST"):
    """(status, headers, body) of the next response."""
    answer = http.client.HTTPResponse(sock, method=method)
    answer.begin()
    length = int(answer.headers.get("Content-Length", 0))
    return answer.status, answer.headers, b"" if method == "HEAD" else answer.read(length)


def exactly(sock, size):
    """HTTPResponse reads ahead, so that pipelined responses are read by size."""
    found = b""
    while len(found) < size:
        part = sock.recv(size - len(found))
        assert part, found
        found += part
    return found


def refusal(sock):
    """The status and the reason of an error, after which the connection is closed."""
    status, headers, body = response(sock)
    assert (headers["Content-Type"], headers["Connection"]) == ("application/json", "close")
    assert sock.recv(1) == b""
    return status, json.loads(body)["status"]["info"]


def test_a_connection_serves_one_request_after_the_other(running):
    with running.connect() as sock:
        for body in (b"one", b"", b"three"):
            sock.sendall(post("/echo", body))
            status, headers, found = response(sock)
            assert (status, found, headers["Content-Type"], headers["Connection"]) == (200, body, "text/plain", None)
            assert headers["Date"].endswith(" GMT")


def test_pipelined_requests_are_served_in_order_and_one_at_a_time(running):
    with running.connect() as sock:
        sock.sendall(post("/a") + post("/b"))
        sock.sendall(post("/echo", b"c"))
        first, respond = running.application.next()
        assert (first.path, running.application.paths) == ("/a", ["/a"])
        respond(200, TEXT, b"a")
        second, respond = running.application.next()
        assert (second.path, running.application.paths) == ("/b", ["/a", "/b"])
        respond(200, TEXT, b"b")
        found = b""
        while found.count(b"\r\n\r\n") < 3 or not found.endswith(b"c"):
            found += exactly(sock, 1)
        assert [part.split(b"HTTP/")[0] for part in found.split(b"\r\n\r\n")[1:]] == [b"a", b"b", b"c"]


def test_what_follows_a_request_and_is_wrong_is_refused_after_its_response(running):
    with running.connect() as sock:
        sock.sendall(post("/wait") + b"nonsense\r\n\r\n")
        running.application.next()[1](200, TEXT, b"ok")
        found = b""
        while part := sock.recv(65536):
            found += part
        first, second = found.split(b"HTTP/1.1 ")[1:]
        assert first.startswith(b"200 OK") and second.startswith(b"400 Bad Request")


def test_too_many_pipelined_requests_are_refused(running):
    with running.connect() as sock:
        sock.sendall(post("/wait") + post("/echo", b"a") * 300)
        running.application.next()[1](200, TEXT, b"")
        found = b""
        while part := sock.recv(65_536):
            found += part
        assert b"more than 256 requests arrived before the first response" in found
    assert running.application.paths == ["/wait"] + ["/echo"] * 255


def test_a_body_may_come_byte_by_byte(running):
    with running.connect() as sock:
        for byte in post("/echo", b"slow"):
            sock.sendall(bytes([byte]))
        assert response(sock)[2] == b"slow"


def test_a_chunked_body_is_put_together(running):
    with running.connect() as sock:
        sock.sendall(chunked(b"a", b"bc", b""))
        assert response(sock)[2] == b"abc"


def test_a_trailer_is_no_header(running):
    with running.connect() as sock:
        sock.sendall(chunked(b"a").replace(b"/echo", b"/wait") + b"0\r\nX-User: root\r\n\r\n")
        request, respond = running.application.next()
        assert (request.body, request.header(b"x-user")) == (b"a", "")
        respond(200, TEXT, b"")
        assert response(sock)[0] == 200


@pytest.mark.parametrize(("sent", "text"), [
    (chunked(b"a"), "the chunked body of the request ended early"),
    (chunked(b"a") + b"5\r\nab", "the chunked body of the request ended early"),
    (post("/echo", b"abc").replace(b"Length: 3", b"Length: 9"),
     "the body ended early: Content-Length says 9 bytes, found 3"),
    (b"POST /echo HTTP/1.1\r\nHost", "the head of the request ended early"),
    (b"POST", "the head of the request ended early"),
])
def test_a_request_that_is_cut_is_a_400(running, sent, text):
    with running.connect() as sock:
        sock.sendall(sent)
        sock.shutdown(socket.SHUT_WR)
        assert refusal(sock) == (400, text)
    assert running.application.paths == []


@pytest.mark.parametrize(("sent", "status", "text"), [
    (b"nonsense\r\n\r\n", 400, "the request is not HTTP/1.1: "),
    (chunked(b"a") + b"nonsense\r\n", 400, "the request is not HTTP/1.1: "),
    (b"GET / HTTP/3.7\r\n\r\n", 400, "the request is not HTTP/1.1: "),
    (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "the request is not HTTP/1.1: "),
    (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "the request is not HTTP"),
    (b"CONNECT x:1 HTTP/1.1\r\n\r\n", 405, "CONNECT is not allowed here"),
    (b"GET /" + b"a" * 65_536, 414, "the URL is longer than 65536 bytes"),
    (b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000, 431, "the headers have more than 65536 bytes"),
    (b"GET / HTTP/1.1\r\nX: " + b"a" * 66_000 + b"\r\n\r\n", 431, "the headers have more than 65536 bytes"),
    (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 300 + b"\r\n", 431, "the request has more than 256 headers"),
    (b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(300)) + b"\r\n", 431, "the request has more than"),
    (chunked(b"a") + b"1;" + b"x" * 600_000, 431, "the headers have more than"),
    (chunked(b"a") + b"0\r\nX: " + b"x" * 600_000, 431, "the headers have more than"),
    (post("/echo", b"x" * (LIMIT + 1)), 413, "the body has 1001 bytes; MAX_BODY_BYTES allows 1000"),
    (post("/echo").replace(b"Length: 0", b"Length: 1001"), 413, "the body has 1001 bytes; MAX_BODY_BYTES allows 1000"),
    (chunked(b"x" * LIMIT, b"x"), 413, "the body has more than the 1000 bytes that MAX_BODY_BYTES allows"),
], ids=lambda value: str(value)[:40])
def test_a_request_that_is_wrong_is_refused_in_json(running, sent, status, text):
    with running.connect() as sock:
        sock.sendall(sent)
        found = refusal(sock)
        assert (found[0], found[1][:len(text)]) == (status, text)
    assert running.application.paths == []


def test_a_client_that_still_sends_its_body_sees_why_it_is_refused(running):
    with running.connect() as sock:
        sock.sendall(post("/echo", b"x" * 5_000_000))
        assert refusal(sock)[0] == 413


def test_a_body_of_the_limit_is_read(running):
    for sent in (post("/echo", b"x" * LIMIT), chunked(b"x" * LIMIT, b"")):
        with running.connect() as sock:
            sock.sendall(sent)
            assert response(sock)[2] == b"x" * LIMIT


def test_a_client_that_waits_for_permission_gets_it(running):
    with running.connect() as sock:
        sock.sendall(post("/echo", b"abc", b"Expect: 100-continue")[:-3])
        assert exactly(sock, 25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"abc")
        assert response(sock)[2] == b"abc"


def test_permission_is_not_given_to_a_body_that_is_too_large(running):
    with running.connect() as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n")
        assert refusal(sock)[0] == 413


def test_an_upgrade_is_ignored_and_the_body_is_read(running):
    upgrade = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAA")
    with running.connect() as sock:
        for _ in range(2):
            sock.sendall(post("/echo", b"abc", *upgrade))
            assert response(sock)[2] == b"abc"


@pytest.mark.parametrize(("headers", "version", "connection"), [
    ((b"Connection: close",), b"1.1", "close"), ((), b"1.0", "close"), ((b"Connection: keep-alive",), b"1.0", "keep-alive"),
])
def test_a_connection_is_kept_or_closed_as_the_client_asks(running, headers, version, connection):
    with running.connect() as sock:
        sock.sendall(post("/echo", b"a", *headers, version=version))
        assert response(sock)[1]["Connection"] == connection
        if connection == "keep-alive":
            sock.sendall(post("/echo", b"b", *headers, version=version))
            assert response(sock)[2] == b"b"
        else:
            assert sock.recv(1) == b""


def test_head_has_the_length_but_no_body(running):
    with running.connect() as sock:
        for _ in range(2):
            sock.sendall(post("/echo", b"abc").replace(b"POST", b"HEAD"))
            assert response(sock, "HEAD")[1]["Content-Length"] == "3"


def test_a_response_without_content_has_no_length(running):
    with running.connect() as sock:
        sock.sendall(post("/wait"))
        running.application.next()[1](204, (("Allow", "GET"),), b"")
        status, headers, _ = response(sock)
        assert (status, headers["Allow"], headers["Content-Length"]) == (204, "GET", None)


@pytest.mark.parametrize(("target", "path", "query"), [
    ("/a%2Fb%C3%BC?c=%20", "/a/b\u00c3\u00bc", b"c=%20"), ("http://host/a?b", "/a", b"b"), ("http://host", "/", b""),
])
def test_a_path_is_decoded_as_wsgi_has_it(running, target, path, query):
    with running.connect() as sock:
        sock.sendall(post(target))
        request, respond = running.application.next()
        assert (request.path, request.query) == (path, query)
        respond(204, (), b"")


def test_repeated_headers_are_joined(running):
    with running.connect() as sock:
        sock.sendall(post("/wait", b"", b"X-A: 1", b"x-a: 2"))
        request, respond = running.application.next()
        assert (request.header(b"x-a"), request.header(b"x-b")) == ("1,2", "")
        respond(204, (), b"")


def test_a_mistake_of_the_application_is_a_500(running, caplog):
    with running.connect() as sock:
        sock.sendall(post("/raise"))
        status, _, body = response(sock)
        assert (status, json.loads(body)["status"]["reason"]) == (500, "MICROSERVICE_INTERNAL_ERROR")
    assert "a mistake of the application" in caplog.text


@pytest.mark.parametrize("size", [3, 1_000_000])
def test_a_response_may_come_from_another_thread(running, size):
    with running.connect() as one, running.connect() as other:
        one.sendall(post("/wait"))
        other.sendall(post("/wait"))
        responds = [running.application.next()[1] for _ in range(2)]
        for respond in responds:
            in_background(lambda respond=respond: respond(200, JSON, b"x" * size))()
        assert [response(sock)[2] for sock in (one, other)] == [b"x" * size] * 2


@pytest.mark.parametrize("gone", ["closed", "reset"])
def test_a_request_whose_client_has_gone_is_told_so(running, gone):
    sock = running.connect()
    sock.sendall(post("/wait"))
    request, respond = running.application.next()
    called = threading.Event()
    request.on_disconnect(called.set)
    if gone == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()
    assert called.wait(60) and request.disconnected
    respond(200, TEXT, b"too late")
    eventually(lambda: not running.server._state.connections, "the connection was closed")
    assert not running.server._state.in_hand


def test_a_client_that_sends_no_more_gets_its_response(running):
    with running.connect() as sock:
        sock.sendall(post("/wait"))
        request, respond = running.application.next()
        sock.shutdown(socket.SHUT_WR)
        eventually(lambda: request.disconnected, "the end was noticed")
        respond(200, TEXT, b"here")
        assert response(sock)[2] == b"here"
        assert sock.recv(1) == b""


def test_a_thousand_connections_wait_at_a_time(running):
    with ExitStack() as opened:
        socks = [opened.enter_context(running.connect()) for _ in range(1000)]
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
        RestServer(running.application, running.port, LIMIT)


def test_a_server_that_was_not_started_can_be_stopped():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = RestServer(Application(), port, LIMIT)
    assert server.stop(60) is True
    RestServer(Application(), port, LIMIT).stop(0)
