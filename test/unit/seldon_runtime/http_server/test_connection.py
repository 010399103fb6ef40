"""seldon_runtime.http_server.connection: the requests of one connection get their responses, over real sockets."""

import json
import socket
import threading
from functools import partial
from typing import Any

import pytest
from seldon_runtime.http_server.limits import HttpLimits
from seldon_runtime.rest.error_response import JSON
from seldon_runtime.system.idle_memory import idle_memory
from support.held import bytes_held_by
from support.raw_http import TEXT, Running, chunked, exactly, post, response
from support.waiting import eventually, in_background

LARGE = 1_000_000  # bytes


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


@pytest.mark.parametrize(("headers", "version", "connection"), [
    ((b"Connection: close",), b"1.1", "close"),
    ((), b"1.0", "close"),
    ((b"Connection: keep-alive",), b"1.0", "keep-alive"),
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


@pytest.mark.parametrize(("headers", "times"), [(b"", 0), (b"Content-Encoding: gzip\r\n", 1)])
def test_memory_is_given_back_after_a_compressed_body_however_small_it_was(running, headers, times, monkeypatch):
    found = []
    monkeypatch.setattr(idle_memory, "note_large_message", lambda: found.append("large"))
    with running.connect() as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\n" + headers + b"Content-Length: 3\r\n\r\none")
        assert response(sock)[0] == 200
    assert found == ["large"] * times


def test_memory_is_given_back_once_a_client_that_did_not_read_its_response_has_left(running, monkeypatch):
    found, connections = [], running.server._state.connections
    monkeypatch.setattr(idle_memory, "note_large_message", lambda: found.append("large"))
    with running.connect() as lazy:
        lazy.sendall(post("/large"))
        eventually(lambda: any(not one._is_writable for one in connections), "the server waited for the client")
        assert found == []
    eventually(lambda: found == ["large"], "the memory was noted")


def test_a_body_that_is_refused_in_the_middle_goes_at_once():
    running = Running(HttpLimits(2 * LARGE))
    with running.connect() as sock:
        sock.sendall(chunked(b"x" * LARGE, b"x" * LARGE, b"x"))
        assert response(sock)[0] == 413
        connection: Any
        (connection,) = running.server._state.connections  # the client may still read the reason
        assert bytes_held_by(connection._parser) < LARGE
    running.server.stop(0)


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
            in_background(partial(respond, 200, JSON, b"x" * size))()
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


def test_a_client_that_sends_no_more_gets_its_response(running):
    with running.connect() as sock:
        sock.sendall(post("/wait"))
        request, respond = running.application.next()
        sock.shutdown(socket.SHUT_WR)
        eventually(lambda: request.disconnected, "the end was noticed")
        respond(200, TEXT, b"here")
        assert response(sock)[2] == b"here"
        assert sock.recv(1) == b""
