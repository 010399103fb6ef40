"""seldon_runtime.rest: routes, body and request, without a server."""

import gzip
import io
import tracemalloc

import pytest
from seldon_component.errors import BadPayload
from seldon_runtime.errors import TooLarge
from seldon_runtime.rest.body import read_body
from seldon_runtime.rest.request import read_message
from seldon_runtime.rest.routes import PATHS, method_of

LIMIT = 1000


def environ(body=b"", length=..., **more):
    length = str(len(body)) if length is ... else length
    return {"wsgi.input": io.BytesIO(body), **({"CONTENT_LENGTH": length} if length else {}), **more}


def test_every_path_reaches_its_method():
    for method, paths in PATHS.items():
        for path in paths:
            assert method_of(path) == method


@pytest.mark.parametrize(("path", "method"), [
    ("/seldon/a/api/v0.1/predictions", "predict"), ("/seldon/a/b/api/v1.0/predictions", "predict"),
    ("/seldon/a/api/v1.0/feedback", "send_feedback"), ("/seldon/a/b/api/v0.1/feedback", "send_feedback"),
    ("/seldon/api/api/v1.0/predictions", "predict"),
    ("/seldon/a/predict", None), ("/seldon/a/b/c/api/v0.1/predictions", None), ("/seldon/api/v0.1/predictions", None),
    ("/seldon//api/v0.1/predictions", None), ("/x/seldon/a/api/v0.1/predictions", None), ("/predict/", None), ("", None),
    ("/", None), ("/api/v1.0", None),
])
def test_a_gateways_prefix_is_accepted_before_an_alias(path, method):
    assert method_of(path) == method


@pytest.mark.parametrize("length", [..., None])
def test_a_body_of_the_limit_is_read(length):
    assert read_body(environ(b"x" * LIMIT, length), LIMIT) == b"x" * LIMIT


@pytest.mark.parametrize(("length", "text"), [
    (..., "the body has 1001 bytes; MAX_BODY_BYTES allows 1000"),
    (None, "the body has more than the 1000 bytes that MAX_BODY_BYTES allows"),
])
def test_a_longer_body_is_too_large(length, text):
    with pytest.raises(TooLarge) as caught:
        read_body(environ(b"x" * (LIMIT + 1), length), LIMIT)
    assert str(caught.value) == text


def test_a_body_that_announces_too_much_is_not_read():
    given = environ(b"x", str(LIMIT + 1))
    with pytest.raises(TooLarge):
        read_body(given, LIMIT)
    assert given["wsgi.input"].tell() == 0


def test_a_body_that_ends_early_is_bad_data():
    with pytest.raises(BadPayload, match="the body ended early: Content-Length says 9 bytes, found 3"):
        read_body(environ(b"abc", "9"), LIMIT)


def test_a_connection_that_breaks_is_bad_data():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionResetError("gone")
    with pytest.raises(BadPayload, match="the body ended early: gone"):
        read_body(environ(b"abc", **{"wsgi.input": Broken()}), LIMIT)


def test_a_gzip_body_is_never_inflated_beyond_the_limit():
    zipped = gzip.compress(b"x" * LIMIT)
    assert read_body(environ(zipped, HTTP_CONTENT_ENCODING="gzip"), LIMIT) == b"x" * LIMIT
    for much in (gzip.compress(b"x" * (LIMIT + 1)), zipped + gzip.compress(b"x"), gzip.compress(b"x" * LIMIT * 90)):
        with pytest.raises(TooLarge):
            read_body(environ(much, HTTP_CONTENT_ENCODING="gzip"), LIMIT)


def test_a_gzip_body_beyond_the_limit_takes_no_memory():
    bomb = gzip.compress(b" " * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            read_body(environ(bomb, HTTP_CONTENT_ENCODING="gzip"), 10**6)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_form_of_too_many_parts_is_bad_data():
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    body = part * 1001 + b"--b--\r\n"
    with pytest.raises(BadPayload, match="the multipart form cannot be read: "):
        read_message(environ(body, CONTENT_TYPE="multipart/form-data; boundary=b", REQUEST_METHOD="POST"), 10**6)
