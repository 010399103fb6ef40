"""What only HTTP can say, right and wrong: spellings, encodings, lengths. No answer is HTML, or blames the server, or hangs."""

import gzip
import http.client
import json
import socket
import zlib

import pytest
import requests
from support import cases
from support.contract_servers import Column

COLUMNS = (Column("separate", None), Column("inline", None))
LIMIT = 300_000
SPELLINGS, WRONG = (json.loads((cases.FOLDER.with_name("requests") / f"{name}.json").read_text(encoding="utf-8"))
                    for name in ("spellings", "wrong"))
MESSAGE = {"data": {"ndarray": [[1, 2.5]]}}
BODY = json.dumps(MESSAGE).encode()
ANSWER = {"data": {"names": ["t:0", "t:1"], "ndarray": [[1.0, 2.5]]}, "meta": {}}
POST = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module", params=COLUMNS, ids=str)
def server(request, serve):
    return serve("Echo", request.param, MAX_BODY_BYTES=str(LIMIT))


def by_name(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row["name"])


def ask(server, verb, path, headers, body):
    """(status, decoded answer); fails when that is no JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=60)
    connection.request(verb, path, body=body, headers=headers)
    return read(connection)


def read(connection):
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status, json.loads(body)


def post(server, body, **headers):
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return ask(server, "POST", "/predict", {"Content-Type": "application/json", **named}, body)


def info_of(answer):
    status = answer["status"]
    assert (status["status"], status["code"]) == (1, -1)
    return status["reason"], status["info"]


@by_name(SPELLINGS)
def test_a_message_is_found(server, row):
    found = ask(server, row["verb"], row["path"], row.get("headers", {}), row.get("body", "").encode())
    assert found == (row.get("status", 200), row["answer"])


@by_name(WRONG)
def test_a_wrong_request_is_named(server, row):
    found = ask(server, row["verb"], row["path"], row.get("headers", {}), row.get("body", "").encode())
    assert found == (row["status"], row["answer"])


LOOKS_LIKE_MESSAGES = [{"data": {"ndarray": [[0.5]] * 999}}, {"data": {"tensor": {"shape": [999], "values": [7] * 999}}}]


@pytest.mark.parametrize("value", LOOKS_LIKE_MESSAGES, ids=["ndarray", "tensor"])
@pytest.mark.parametrize("filename", [None, "a.json"])
def test_a_part_json_data_that_looks_like_a_message_is_plain_json(server, value, filename):
    parts = {"jsonData": (filename, json.dumps(value), "application/json")}
    response = requests.post(f"http://127.0.0.1:{server.http_port}/predict", files=parts, timeout=60)
    assert (response.status_code, response.json()) == (200, {"jsonData": value, "meta": {}})


@pytest.mark.parametrize("key", ["json", "data", "jsonData", "strData", "meta"])
def test_a_file_that_is_no_utf_8_is_bad_data(server, key):
    parts = {"jsonData" if key == "meta" else "unknown": (None, "1"), key: ("a", b'"\xff"')}
    response = requests.post(f"http://127.0.0.1:{server.http_port}/predict", files=parts, timeout=60)
    assert (response.status_code, info_of(response.json())[0]) == (400, "MICROSERVICE_BAD_DATA")


@pytest.mark.parametrize("path", ["/predict", "/ready", "/", "/nowhere", "/send-feedback", "/seldon.json", "/metrics"])
def test_no_browser_may_take_a_response_for_another_type(server, path):
    response = requests.get(f"http://127.0.0.1:{server.http_port}{path}", timeout=60)
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_path_lists_those_there_are(server):
    status, answer = ask(server, "GET", "/nowhere", {}, b"")
    reason, info = info_of(answer)
    assert (status, reason) == (404, "MICROSERVICE_NOT_FOUND")
    assert info.startswith("no such path: /nowhere; there are: /predict, /api/v0.1/predictions,")


@pytest.mark.parametrize("path", ["/predict/x", "/Predict", "/seldon/a/b/c/api/v1.0/predictions", "/api/v2.0/predictions",
                                  "/seldon/api/v1.0/predictions", "/seldon/a/predict", "/pre//dict"])
def test_a_path_that_is_almost_right_is_not_found(server, path):
    assert ask(server, "POST", path, {}, BODY)[0] == 404


@pytest.mark.parametrize("body", [b'{"strData":"\xff"}', b"\xff\xfe", b"\x00", b"\x80" * 100])
def test_a_body_that_is_no_utf_8_is_bad_data(server, body):
    status, answer = post(server, body)
    assert (status, info_of(answer)[0]) == (400, "MICROSERVICE_BAD_DATA")


@pytest.mark.parametrize("body", [
    b"[" * 10_000, b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"data":{"ndarray":' + b"[" * 10_000 + b"1" + b"]" * 10_000 + b"}}",
    b'{"data":{"ndarray":' + b"[" * 900 + b"1" + b"]" * 900 + b"}}",
    b'{"jsonData":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    b'{"jsonData":' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"jsonData":' + b"[" * 300 + b"]" * 300 + b"}",
    b'{"data":{"ndarray":[' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"]}}",
    b'{"strData":"a","meta":{"tags":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}}",
    b'{"strData":"a","meta":{"metrics":[' + b"[" * 900 + b"]" * 900 + b"]}}",
], ids=lambda body: f"{body[:20].decode()}-{len(body)}")
def test_what_is_nested_too_deeply_is_bad_data(server, body):
    status, answer = post(server, body)
    assert (status, info_of(answer)[0]) == (400, "MICROSERVICE_BAD_DATA")


def test_the_deepest_json_that_is_allowed_comes_back(server):
    nested = json.loads("[" * 199 + "]" * 199)
    status, answer = post(server, json.dumps({"jsonData": {"a": nested}}).encode())
    assert (status, answer["jsonData"]) == (200, {"a": nested})


def test_a_byte_order_mark_is_no_part_of_the_message(server):
    assert post(server, b"\xef\xbb\xbf" + BODY) == (200, ANSWER)


def test_unknown_keys_may_be_nested_as_deeply_as_they_like(server):
    assert post(server, b'{"x":' + b"[" * 500 + b"]" * 500 + b',"data":{"ndarray":[[1,2.5]]}}') == (200, ANSWER)


@pytest.mark.parametrize(("number", "status"), [
    (b"1" + b"0" * 4000, 200), (b"1" + b"0" * 100_000, 400), (b"1e999", 200), (b"-1e999", 200), (b"1e-999", 200),
    (b"0." + b"1" * 10_000, 200), (b"1e" + b"9" * 1000, 200), (b"01", 400), (b"1.", 400), (b"+1", 400), (b"--1", 400),
], ids=lambda value: value[:12].decode() if isinstance(value, bytes) else None)
def test_a_number_is_a_number_however_large(server, number, status):
    found, answer = post(server, b'{"data":{"ndarray":[[' + number + b"]]}}")
    assert found == status, answer


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


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


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
