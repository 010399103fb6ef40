"""What only HTTP can say, right and wrong: paths, spellings, JSON. No answer is HTML, or blames the server, or hangs."""

import json

import pytest
import requests
from support import cases
from support.echo_requests import ANSWER, BODY, ask, info_of, post

SPELLINGS, WRONG = (json.loads((cases.FOLDER.with_name("requests") / f"{name}.json").read_text(encoding="utf-8"))
                    for name in ("spellings", "wrong"))


def by_name(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row["name"])


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


def test_the_log_shows_no_failure_of_the_server(server):
    assert "Traceback" not in server.log
