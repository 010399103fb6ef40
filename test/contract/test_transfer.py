"""How a body gets to the server: its length, its chunks and its compression, right and wrong. No server hangs or fails."""

import gzip
import http.client
import json
import socket
import zlib

import pytest
from support.echo_requests import ANSWER, BODY, LIMIT, info_of, post

POST = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def raw(server, *pieces, end=False):
    """What is answered to these bytes; `end` closes our side after them."""
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=60) as sock:
        for piece in pieces:
            sock.sendall(piece)
        if end:
            sock.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        body = answer.read()
        return answer.status, json.loads(body) if body else None


def test_a_body_of_the_limit_is_taken_and_a_longer_one_is_not(server):
    padding = LIMIT - len(BODY)
    assert post(server, BODY + b" " * padding) == (200, ANSWER)
    status, answer = post(server, BODY + b" " * (padding + 1))
    assert (status, *info_of(answer)) == (
        413, "MICROSERVICE_TOO_LARGE", f"the body has {LIMIT + 1} bytes; MAX_BODY_BYTES allows {LIMIT}")


def test_a_body_that_announces_too_much_is_refused_before_it_comes(server):
    status, answer = raw(server, POST + b"Content-Length: 1000000000000\r\n\r\n")
    assert (status, info_of(answer)[0]) == (413, "MICROSERVICE_TOO_LARGE")


@pytest.mark.parametrize("level", [1, 9])
def test_a_gzip_body_is_inflated(server, level):
    assert post(server, gzip.compress(BODY, level), Content_Encoding="gzip") == (200, ANSWER)


@pytest.mark.parametrize("encoding", ["GZip", "x-gzip", " gzip "])
def test_gzip_has_more_than_one_spelling(server, encoding):
    assert post(server, gzip.compress(BODY), Content_Encoding=encoding) == (200, ANSWER)


def test_identity_is_no_encoding(server):
    assert post(server, BODY, Content_Encoding="identity") == (200, ANSWER)


def test_a_gzip_body_may_have_several_members(server):
    assert post(server, gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]), Content_Encoding="gzip") == (200, ANSWER)


def test_a_gzip_form_is_inflated(server):
    found = post(server, gzip.compress(b"json=" + BODY), Content_Encoding="gzip",
                 Content_Type="application/x-www-form-urlencoded")
    assert found == (200, ANSWER)


@pytest.mark.parametrize("body", [
    gzip.compress(BODY)[:-1], gzip.compress(BODY)[:15], gzip.compress(BODY)[:-8] + b"\0" * 8,
    gzip.compress(BODY) + b"rest", gzip.compress(BODY)[:12] + b"\xff" * 20,
], ids=["cut by a byte", "cut", "wrong checksum", "followed by other things", "damaged"])
def test_a_gzip_body_that_is_damaged_is_bad_data(server, body):
    status, answer = post(server, body, Content_Encoding="gzip")
    reason, info = info_of(answer)
    assert (status, reason) == (400, "MICROSERVICE_BAD_DATA")
    assert info.startswith("Content-Encoding: gzip: ")


def test_a_body_that_is_neither_gzip_nor_plain_is_bad_data(server):
    status, answer = post(server, zlib.compress(BODY), Content_Encoding="gzip")
    assert (status, info_of(answer)[0]) == (400, "MICROSERVICE_BAD_DATA")


@pytest.mark.parametrize("size", [LIMIT + 1, 100 * LIMIT])
def test_a_gzip_body_is_limited_after_inflation(server, size):
    bomb = gzip.compress(b" " * size)
    assert len(bomb) < LIMIT
    status, answer = post(server, bomb, Content_Encoding="gzip")
    assert (status, info_of(answer)[0]) == (413, "MICROSERVICE_TOO_LARGE")


def test_a_chunked_body_is_put_together(server):
    pieces = [chunk(BODY[:1]), chunk(BODY[1:10]), chunk(BODY[10:]), b"0\r\n\r\n"]
    assert raw(server, POST + b"Transfer-Encoding: chunked\r\n\r\n", *pieces) == (200, ANSWER)


def test_a_chunked_gzip_body_is_put_together(server):
    head = POST + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw(server, head, chunk(gzip.compress(BODY)), b"0\r\n\r\n") == (200, ANSWER)


def test_a_chunked_body_is_limited(server):
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    status, answer = raw(server, head, chunk(b" " * LIMIT), chunk(b" "), b"0\r\n\r\n")
    assert (status, info_of(answer)[0]) == (413, "MICROSERVICE_TOO_LARGE")


CUT = [
    POST + b"Content-Length: %d\r\n\r\n" % (len(BODY) + 1) + BODY,
    POST + b"Content-Length: 1000\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(BODY[:-1]),
    POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"ff\r\n" + BODY[:-1],
    POST + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
]


@pytest.mark.parametrize("sent", CUT, ids=["by a byte", "all of it", "before the last chunk", "in a chunk", "no chunk"])
def test_a_body_that_ends_early_gets_a_400_or_a_closed_connection(server, sent):
    try:
        status, _ = raw(server, sent, end=True)
    except (http.client.BadStatusLine, ConnectionError):
        status = None
    assert status in (400, None)
    assert post(server, BODY) == (200, ANSWER)


def test_what_follows_the_body_is_the_next_request(server):
    status, answer = raw(server, POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY + b"more than that")
    assert (status, answer) == (200, ANSWER)
    assert post(server, BODY) == (200, ANSWER)


@pytest.mark.parametrize("head", [
    b"nonsense\r\n\r\n",
    b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
], ids=["no request", "a length of letters", "a length below zero", "two lengths", "a long path", "a long header",
        "many headers"])
def test_what_is_no_http_gets_a_4xx_or_a_closed_connection(server, head):
    try:
        status, _ = raw(server, head, end=True)
    except (http.client.BadStatusLine, OSError):
        status = None
    assert status is None or 400 <= status < 500
    assert post(server, BODY) == (200, ANSWER)


def test_the_log_shows_no_failure_of_the_server(server):
    assert "Traceback" not in server.log
