"""seldon_runtime.http_server.request_parser: what bytes are taken for requests, and what is refused, over real sockets."""

import socket

import pytest
from support.raw_http import HEAD, LIMIT, TEXT, chunked, exactly, post, refusal, response


def test_a_head_that_comes_again_is_understood_in_the_same_way(running):
    one, two = post("/wait?a=b", b"one", b"X-A: 1"), post("/wait?a=b", b"two", b"X-A: 1")
    with running.connect() as sock:
        for sent, bodies in ((one, [b"one"]), (two, [b"two"]), (two[:-1], []), (two[-1:], [b"two"]),
                             (one + two, [b"one", b"two"]), (two, [b"two"])):
            sock.sendall(sent)
            for body in bodies:
                request, respond = running.application.next()
                found = request.method, request.path, request.query, request.header(b"x-a"), request.body
                assert found == ("POST", "/wait", b"a=b", "1", body)
                respond(200, TEXT, b"")
            for _ in bodies:
                exactly(sock, len(HEAD))


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
    (chunked(b"a", b"").replace(b": chunked", b": gzip, chunked"), 400,
     "Transfer-Encoding: expected chunked, found 'gzip, chunked'"),
    (chunked(b"a", b"").replace(b": chunked", b": gzip"), 400, "Transfer-Encoding: expected chunked, found 'gzip'"),
    (chunked(b"a", b"").replace(b"\n1\r\n", b"\n1x\r\n"), 400, "the request is not HTTP/1.1: "),
    (chunked(b"a", b"").replace(b"a\r\n", b"ab\r\n"), 400, "the request is not HTTP/1.1: "),
    (post("/echo", b"a").replace(b"Length: 1", b"Length: many"), 400, "the request is not HTTP/1.1: "),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "the request is not HTTP/1.1: "),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "the request is not HTTP/1.1: "),
    (b"CONNECT x:1 HTTP/1.1\r\n\r\n", 405, "CONNECT is not allowed here"),
    (b"GET /" + b"a" * 65_536, 414, "the URL is longer than 65536 bytes"),
    (b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000, 431, "the headers have more than 65536 bytes"),
    (b"GET / HTTP/1.1\r\nX: " + b"a" * 66_000 + b"\r\n\r\n", 431, "the headers have more than 65536 bytes"),
    (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 300 + b"\r\n", 431, "the request has more than 256 headers"),
    (b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(300)) + b"\r\n", 431, "the request has more"),
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
