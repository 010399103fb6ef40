"""seldon_runtime.rest: routes, body and request, without a server."""

import gzip
import random
import tracemalloc
import zlib

import pytest
from seldon_component.errors import BadPayload
from seldon_component.payload import Payload
from seldon_runtime.errors import TooLarge
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.rest.body import read_body
from seldon_runtime.rest.request import is_quickly_read, read_content
from seldon_runtime.rest.routes import METHODS, PATHS, plain

LIMIT = 1000


def request(content=b"", query=b"", **headers):
    named = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return HttpRequest("POST", "/predict", query, named, content)


def test_every_path_reaches_its_method():
    for method, paths in PATHS.items():
        for path in paths:
            assert METHODS.get(plain(path)) == method


@pytest.mark.parametrize(("path", "method"), [
    ("/seldon/a/api/v0.1/predictions", "predict"), ("/seldon/a/b/api/v1.0/predictions", "predict"),
    ("/seldon/a/api/v1.0/feedback", "send_feedback"), ("/seldon/a/b/api/v0.1/feedback", "send_feedback"),
    ("/seldon/api/api/v1.0/predictions", "predict"),
    ("/seldon/a/predict", None), ("/seldon/a/b/c/api/v0.1/predictions", None), ("/seldon/api/v0.1/predictions", None),
    ("/seldon//api/v0.1/predictions", None), ("/x/seldon/a/api/v0.1/predictions", None), ("", None), ("/predict/x", None), ("/pre/dict", None),
    ("/predict/", "predict"), ("//predict", "predict"), ("/api//v1.0/predictions//", "predict"),
    ("//seldon/a//b/api/v1.0/feedback/", "send_feedback"),
    ("/", None), ("/api/v1.0", None),
])
def test_a_gateways_prefix_is_accepted_before_an_alias(path, method):
    assert METHODS.get(plain(path)) == method


@pytest.mark.parametrize(("path", "found"), [
    ("/", "/"), ("//", "/"), ("/metadata/", "/metadata"), ("//ready", "/ready"), ("/seldon.json", "/seldon.json"),
    ("/seldon/a/b/api/v1.0/metadata", "/api/v1.0/metadata"), ("/seldon/a/metadata", "/seldon/a/metadata"),
])
def test_a_plain_path_has_no_gateways_prefix_and_single_slashes(path, found):
    assert plain(path) == found


def test_a_gzip_body_is_never_inflated_beyond_the_limit():
    zipped = gzip.compress(b"x" * LIMIT)
    assert read_body(request(zipped, content_encoding="gzip"), LIMIT) == b"x" * LIMIT
    for much in (gzip.compress(b"x" * (LIMIT + 1)), zipped + gzip.compress(b"x"), gzip.compress(b"x" * LIMIT * 90)):
        with pytest.raises(TooLarge):
            read_body(request(much, content_encoding="gzip"), LIMIT)


def counting(copied):
    """zlib's decompressobj, which adds to `copied` how many bytes each of its calls leaves for the next one."""
    decompressobj = zlib.decompressobj

    class Member:
        def __init__(self, wbits):
            self._own = decompressobj(wbits)

        def __getattr__(self, name):
            return getattr(self._own, name)

        def decompress(self, *arguments):
            part = self._own.decompress(*arguments)
            copied.append(len(self._own.unused_data) + len(self._own.unconsumed_tail))
            return part

    return Member


def test_many_short_gzip_members_are_copied_no_more_than_a_few_times(monkeypatch):
    """Each member used to copy all that followed it."""
    copied: list[int] = []
    monkeypatch.setattr(zlib, "decompressobj", counting(copied))
    members = [gzip.compress(b"x"), gzip.compress(random.Random(1).randbytes(5000)), gzip.compress(b"y" * 10**6)]
    zipped = b"".join(members) * 500
    assert len(read_body(request(zipped, content_encoding="gzip"), 10**9)) == 500 * (1 + 5000 + 10**6)
    assert sum(copied) < 3 * len(zipped)


@pytest.mark.parametrize("plain", [b"", b"{}", b"\x1f", b"\x1e\x8b"])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP "])
def test_a_body_that_only_says_gzip_is_plain(plain, encoding):
    assert read_body(request(plain, content_encoding=encoding), LIMIT) == plain


def test_a_broken_gzip_body_is_bad_data():
    with pytest.raises(BadPayload, match="Content-Encoding: gzip: the body cannot be inflated"):
        read_body(request(gzip.compress(b"x" * 100)[:8] + b"x" * 100, content_encoding="gzip"), LIMIT)


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 3 * 2**20, random.Random(2).randbytes(3 * 2**20)])
@pytest.mark.parametrize("level", [0, 9])
def test_a_gzip_body_of_any_size_is_inflated(content, level):
    zipped = gzip.compress(content, level)
    assert read_body(request(zipped * 2, content_encoding="gzip"), 2 * len(content)) == content * 2
    for early in (zipped[:-1], zipped[:-9], zipped + zipped[:-1], zipped[:5]):
        with pytest.raises(BadPayload, match="the body ended early"):
            read_body(request(early, content_encoding="gzip"), 2 * len(content))


def test_a_gzip_body_beyond_the_limit_takes_no_memory():
    bomb = gzip.compress(b" " * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            read_body(request(bomb, content_encoding="gzip"), 10**6)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_form_of_too_many_parts_is_bad_data():
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    body = part * 1001 + b"--b--\r\n"
    with pytest.raises(BadPayload, match="the multipart form cannot be read: "):
        read_content("predict", request(body, content_type="multipart/form-data; boundary=b"), 10**6)


@pytest.mark.parametrize("made", [
    request(b" " * 65_537), request(b"x", content_encoding="gzip"),
    request(b"x", content_type="Multipart/form-data; boundary=b"),
])
def test_what_takes_long_to_read_is_read_in_a_thread(made):
    assert not is_quickly_read(made)
    assert is_quickly_read(request(b" " * 65_536, content_type="application/json"))


@pytest.mark.parametrize(("body", "query", "text"), [
    (b"json=%7B%22strData%22%3A%22field%22%7D", b"json=%7B%7D", "field"),
    (b"other=1", b"json=%7B%22strData%22%3A%22argument%22%7D", "argument"),
    (b' {"strData":"body"}', b"other=1", "body"),
])
def test_a_message_is_a_field_or_else_an_argument_or_else_the_body(body, query, text):
    made = request(body, query, content_type="application/x-www-form-urlencoded")
    content = read_content("predict", made, LIMIT)
    assert isinstance(content, Payload)
    assert content.data == text


@pytest.mark.parametrize(("charset", "text"), [("utf-8", "é€"), ("iso-8859-1", "é"), ("windows-1252", "é€"), ("UTF-16", "é€"), ("shift_jis", "日本")])
def test_text_in_another_charset_is_decoded_by_it(charset, text):
    message = '{"strData":"%s"}' % text
    fields = (
        b'--b\r\nContent-Disposition: form-data; name="json"\r\n' + f"Content-Type: application/json; charset={charset}\r\n\r\n".encode(),
        b'--b\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n%s\r\n--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n' % charset.encode(),
        b'--b\r\nContent-Disposition: form-data; name="json"; filename="x"\r\n' + f'Content-Type: text/plain; charset="{charset}"\r\n\r\n'.encode(),
    )
    forms = [request(field + message.encode(charset) + b"\r\n--b--\r\n", content_type="multipart/form-data; boundary=b") for field in fields]
    quoted = "json=" + "".join(f"%{byte:02x}" for byte in message.encode(charset))
    forms.append(request(quoted.encode(), content_type=f"application/x-www-form-urlencoded; charset={charset}"))
    for form in forms:
        content = read_content("predict", form, 10**6)
        assert isinstance(content, Payload) and content.data == text


@pytest.mark.parametrize(("made", "error"), [
    (request(b'json={"strData":"%FF"}', content_type="application/x-www-form-urlencoded"), "form field 'json': expected text in utf-8, found other bytes"),
    (request(b"", b'json={"strData":"%FF"}'), "form field 'json': expected text in utf-8, found other bytes"),
    (request(b"json=1", content_type="application/x-www-form-urlencoded; charset=klingon"), "form field 'json': charset: expected one that Python knows, found 'klingon'"),
    (request(b'--b\r\nContent-Disposition: form-data; name="strData"\r\n\r\n\xff\r\n--b--\r\n', content_type="multipart/form-data; boundary=b"),
     "form part 'strData': expected text in utf-8, found other bytes .*; send UTF-8, or name the charset in the Content-Type"),
    (request(b"--b--\r\n", content_type="multipart/form-data"), "the multipart form cannot be read: its Content-Type names no boundary"),
    (request(b'--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n{}', content_type="multipart/form-data; boundary=b"), "the multipart form cannot be read: "),
])
def test_text_that_is_wrong_in_its_charset_is_refused(made, error):
    with pytest.raises(BadPayload, match=error):
        read_content("predict", made, 10**6)


@pytest.mark.parametrize(("form", "times"), [(b"a&" * 500_000, 16), (b"json=" + b"%41" * 333_333 + b"&b=1", 8)],
                         ids=["many fields, and then no JSON", "many signs"])
def test_a_form_takes_little_more_memory_than_its_bytes(form, times):
    tracemalloc.start()
    try:
        with pytest.raises(BadPayload):
            read_content("predict", request(form, content_type="application/x-www-form-urlencoded"), 10**6)
        assert tracemalloc.get_traced_memory()[1] < times * len(form)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("form", "text"), [
    (b"a=1&json=%7B%22strData%22:%22a+b%2B%C3%A9%22%7D&json=x", "a b+\xe9"),
    (b"xjson=1&json=" + b"%7B%22strData%22%3A%22" + b"%C3%A9" * 50_000 + b"%22%7D", "\xe9" * 50_000),
])
def test_a_field_of_a_form_is_decoded(form, text):
    for made in (request(form, content_type="application/x-www-form-urlencoded"), request(b"", form)):
        content = read_content("predict", made, 10**6)
        assert isinstance(content, Payload) and content.data == text
