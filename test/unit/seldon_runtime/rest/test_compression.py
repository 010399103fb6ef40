"""seldon_runtime.rest.compression: COMPRESSION_MIN_BYTES, in front of every path."""

import gzip
import json
import threading

import pytest
from seldon_component.payload import Payload
from seldon_runtime.config.environment import read_settings
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.rest import compression
from seldon_runtime.rest.factory import create_application
from support.stub_model import StubModel
from support.waiting import eventually

LEAST = 2000
V2 = json.dumps({"id": "a", "inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "data": ["x"]}]}).encode()


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """A function: path, length of the text that the class returns, Accept-Encoding -> (status, headers, body)."""

    def ask(path, length, accepted="gzip, deflate", body=b'{"strData":"x"}', least=LEAST):
        monkeypatch.setenv("COMPRESSION_MIN_BYTES", str(least))
        settings = read_settings(["flowers.Iris"], tmp_path, tmp_path / "none")
        application = create_application(StubModel({"predict": Payload("strData", "x" * length)}), settings)
        request = HttpRequest("POST" if body else "GET", path, b"", {b"accept-encoding": accepted.encode()}, body)
        responses = []
        application(request, lambda *response: responses.append(response))
        status, headers, found = eventually(lambda: responses and responses[0], "the response was there")
        return status, dict(headers), found

    return ask


@pytest.mark.parametrize(("path", "body"), [("/predict", b'{"strData":"x"}'), ("/v2/models/Iris/infer", V2),
                                            ("/v1/models/Iris:predict", b'{"instances":["x"]}'), ("/seldon.json", b"")])
def test_a_large_response_is_compressed_if_the_client_accepts_it(path, body, ask):
    _, plain_headers, plain = ask(path, LEAST, "", body)
    status, headers, found = ask(path, LEAST, "gzip", body)
    assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
    assert gzip.decompress(found) == plain
    assert "Content-Encoding" not in plain_headers and plain_headers["Content-Type"] == headers["Content-Type"]
    assert headers.get("Content-Length", str(len(found))) == str(len(found))


@pytest.mark.parametrize(("path", "body"), [("/predict", b'{"strData":"x"}'), ("/v2/models/Iris/infer", V2)])
def test_a_smaller_one_is_not(path, body, ask):
    assert "Content-Encoding" not in ask(path, LEAST - 300, "gzip", body)[1]


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0, identity"])
def test_a_client_that_does_not_accept_it_gets_the_response_as_it_is(accepted, ask):
    _, headers, body = ask("/predict", LEAST, accepted)
    assert ("Content-Encoding" in headers, headers["Vary"]) == (False, "Accept-Encoding")
    assert json.loads(body)["strData"] == "x" * LEAST


def test_by_default_only_v2_compresses(ask):
    assert "Content-Encoding" not in ask("/predict", LEAST, least="")[1]
    assert ask("/v2/models/Iris/infer", LEAST, body=V2, least="")[1]["Content-Encoding"] == "gzip"


def test_neither_the_loop_nor_the_model_waits_for_it(ask, monkeypatch):
    compressed, threads = compression.compressed, []

    def note(body, encoding):
        threads.append(threading.current_thread())
        return compressed(body, encoding)

    monkeypatch.setattr(compression, "compressed", note)
    ask("/predict", LEAST)
    assert threads and threads != [threading.current_thread()]
