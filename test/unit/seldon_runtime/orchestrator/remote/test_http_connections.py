import queue
import ssl
import subprocess
from typing import Any

import pytest
from seldon_runtime.orchestrator.remote import http_connections
from seldon_runtime.orchestrator.remote.http_connection import Response
from seldon_runtime.orchestrator.remote.http_connections import Address, HttpConnections, address_of
from support.server import free_port
from support.waiting import eventually


class Sent:
    """A request on its way."""

    def __init__(self, connections, port, text=b"x"):
        self._ends: queue.SimpleQueue[Any] = queue.SimpleQueue()
        head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(text)
        self.exchange = connections.send(Address("127.0.0.1", port), head, text, lambda *end: self._ends.put(end))

    def end(self):
        response, failure = self._ends.get(timeout=60)
        return str(failure) if response is None else response

    @property
    def ends(self):
        return self._ends.qsize()


def test_a_connection_is_used_again(connections, server):
    first = Sent(connections, server.port, b"1")
    accepted = server.accept()
    assert accepted.request()[1] == b"1"
    accepted.respond(b"one")
    assert first.end() == Response(200, b"one")
    second = Sent(connections, server.port, b"2")
    assert accepted.request()[1] == b"2"
    accepted.respond(b"two", 404)
    assert second.end() == Response(404, b"two")


def test_requests_at_the_same_time_have_a_connection_each_and_both_are_kept(connections, server):
    sent = [Sent(connections, server.port, text) for text in (b"1", b"2")]
    accepted = [server.accept(), server.accept()]
    for one in accepted:
        _, body = one.request()
        one.respond(body)
    assert sorted(one.end().body for one in sent) == [b"1", b"2"]
    again = [Sent(connections, server.port, text) for text in (b"3", b"4")]
    assert sorted(one.request()[1] for one in accepted) == [b"3", b"4"]
    for one in accepted:
        one.respond(b"")
    assert [one.end().status for one in again] == [200, 200]


def test_an_idle_connection_that_the_server_has_closed_is_not_used_again(connections, server):
    first = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    accepted.respond(b"one")
    first.end()
    accepted.close()
    eventually(lambda: not connections._connections, "the end of the connection was seen")
    second = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    accepted.respond(b"two")
    assert second.end() == Response(200, b"two")


def test_a_connection_that_was_idle_for_long_is_closed(connections, server, monkeypatch):
    sent = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    accepted.respond(b"one")
    assert sent.end() == Response(200, b"one")
    with monkeypatch.context() as patch:
        patch.setattr(http_connections, "_IDLE_SECONDS", -1.0)
        sent = Sent(connections, server.port)
        other = server.accept()
    assert accepted.has_ended()
    other.request()
    other.respond(b"two")
    assert sent.end() == Response(200, b"two")


def test_connections_that_were_idle_for_long_are_closed_when_another_one_is_free(connections, server, monkeypatch):
    sent = [Sent(connections, server.port) for _ in range(2)]
    first, second = server.accept(), server.accept()
    first.request()
    first.respond(b"one")
    eventually(lambda: any(one.ends for one in sent), "there was a response")
    idle = connections._idle[Address("127.0.0.1", server.port)]
    idle[0] = (idle[0][0] - 5.0, idle[0][1])
    second.request()
    second.respond(b"two")
    assert {one.end().body for one in sent} == {b"one", b"two"}
    assert first.has_ended()
    assert len(idle) == 1


@pytest.mark.parametrize("parts, expected", [
    ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na", b"bc\r\n2\r\nde\r\n0\r\n\r\n"], Response(200, b"abcde")),
    ([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 201 X\r\nContent-", b"Length: 2\r\n\r\n", b"a", b"b"], Response(201, b"ab")),
    ([b"HTTP/1.1 204 X\r\n\r\n"], Response(204, b"")),
])
def test_a_response_in_parts(parts, expected, connections, server):
    accepted = None
    for _ in range(2):  # the connection is as good as new afterwards
        sent = Sent(connections, server.port)
        accepted = accepted or server.accept()
        accepted.request()
        accepted.send(*parts)
        assert sent.end() == expected


@pytest.mark.parametrize("parts, expected", [
    ([b"HTTP/1.1 200 OK\r\n\r\nab", b"cd"], Response(200, b"abcd")),
    ([b"HTTP/1.0 500 X\r\n\r\n"], Response(500, b"")),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"], "the connection ended before the response"),
    ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"], "the connection ended before the response"),
    ([b"HTTP/1.1 200 OK\r\nContent-"], "the connection ended before the response"),
    ([b"HTTP/1.1 100 Continue\r\n\r\n"], "the connection ended before the response"),
    ([], "the connection ended before the response"),
])
def test_a_response_that_ends_with_the_connection(parts, expected, connections, server):
    sent = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    accepted.send(*parts)
    accepted.close()
    assert sent.end() == expected


def test_garbage(connections, server):
    sent = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    accepted.send(b"220 mail.example ESMTP\r\n")
    assert sent.end().startswith("the response is not HTTP/1.1: ")
    assert accepted.has_ended()


def test_a_connection_that_the_server_will_close_is_not_used_again(connections, server):
    sent = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    accepted.respond(b"one", 200, b"Connection: close")
    assert sent.end() == Response(200, b"one")
    assert accepted.has_ended()


def test_a_response_that_nobody_has_asked_for_ends_the_connection(connections, server):
    sent = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    accepted.respond(b"one")
    assert sent.end() == Response(200, b"one")
    accepted.respond(b"more")
    assert accepted.has_ended()


def test_a_server_that_is_not_there(connections):
    port = free_port()
    assert Sent(connections, port).end() == f"no connection to http://127.0.0.1:{port}: Connection refused"


def test_a_server_that_does_not_accept(connections, monkeypatch):
    monkeypatch.setattr(http_connections, "_CONNECT_SECONDS", 0.0)
    port = free_port()
    assert Sent(connections, port).end() == f"no connection to http://127.0.0.1:{port}: no answer within 0 s"


def test_tls_with_a_certificate_that_this_machine_trusts(connections, server, monkeypatch, tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=unit"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*new, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    ends: queue.SimpleQueue[Any] = queue.SimpleQueue()
    head = b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n"
    connections.send(Address("127.0.0.1", server.port, True), head, b"x", lambda *end: ends.put(end))
    accepted = server.accept()
    accepted.socket = context.wrap_socket(accepted.socket, server_side=True)
    assert accepted.request()[1] == b"x"
    accepted.respond(b"y")
    assert ends.get(timeout=60) == (Response(200, b"y"), None)


def test_a_server_that_does_not_speak_tls(connections, server):
    ends: queue.SimpleQueue[Any] = queue.SimpleQueue()
    connections.send(Address("127.0.0.1", server.port, True), b"", b"", lambda *end: ends.put(end))
    server.accept().send(b"HTTP/1.1 400 X\r\n\r\n")
    response, failure = ends.get(timeout=60)
    assert response is None
    assert str(failure).startswith(f"no connection to https://127.0.0.1:{server.port}: ")
    assert "SSL" in str(failure)


def test_a_cancelled_exchange_ends_its_connection_and_is_told_once(connections, server):
    sent = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    sent.exchange.cancel()
    assert sent.end() == "nobody waits for the response any longer"
    assert accepted.has_ended()
    eventually(lambda: not connections._connections, "the connection was forgotten")
    sent.exchange.cancel()
    assert sent.ends == 0


def test_the_end_of_all(server):
    connections = HttpConnections()
    sent = Sent(connections, server.port)
    accepted = server.accept()
    accepted.request()
    connections.close()
    assert sent.end() == "this server has ended"
    assert Sent(connections, server.port).end() == f"no connection to http://127.0.0.1:{server.port}: this server has ended"
    sent.exchange.cancel()
    connections.close()


@pytest.mark.parametrize("url, address, authority", [
    ("http://unit:9000", Address("unit", 9000), "unit:9000"),
    ("https://unit/a/b/", Address("unit", 443, True, "/a/b"), "unit:443"),
    ("http://[::1]:9000/a", Address("::1", 9000, False, "/a"), "[::1]:9000"),
])
def test_addresses(url, address, authority):
    assert address_of(url) == address
    assert address.authority == authority


@pytest.mark.parametrize("url", ["unit:9000", "ftp://unit", "http://", "http:///a"])
def test_what_is_no_address(url):
    with pytest.raises(ValueError, match=url):
        address_of(url)
