"""seldon_runtime.rest.multipart: the parts of a form, as werkzeug reads them, too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seldon_runtime.rest.multipart import read_parts
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

FORM = "multipart/form-data; boundary=b"
HEAD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n'
PIECES = [
    b"--b", b"--b\r\n", b"\r\n--b\r\n", b"\r\n--b--", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--", b"b", b" ", b"data", b"\xff",
    b'Content-Disposition: form-data; name="a"', b'content-disposition: form-data; name=json; filename="x"',
    b'Content-Disposition: form-data; name="a\\"b"', b"Content-Type: text/plain; charset=latin-1", b"x: y", HEAD, HEAD + b"\r\n",
]


def read(body, content_type=FORM):
    try:
        return [tuple(part) for part in read_parts(content_type, body)]
    except ValueError:
        return "refused"


def by_werkzeug(body):
    decoder = MultipartDecoder(parse_options_header(FORM)[1]["boundary"].encode())
    decoder.receive_data(body)
    decoder.receive_data(None)
    parts: list[list] = []
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, (Field, File)):
                parts.append([event.name or "", isinstance(event, File), event.headers.get("content-type", ""), b""])
            elif isinstance(event, Data):
                parts[-1][3] += event.data
    except ValueError:
        return "refused"
    return [tuple(part) for part in parts]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_any_body_that_begins_with_its_boundary_has_the_same_parts_for_werkzeug(body):
    body = b"--b\r\n" + body
    assert read(body) == by_werkzeug(body)


@pytest.mark.parametrize("line_break", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("content", [b"", b"x", b"\r\n", b"x--b", b"--bb", b"\xff\0\r\n--", b"\r\n--bb\r\n"])
def test_a_part_has_the_bytes_between_its_delimiters(content, line_break):
    before, after = HEAD.replace(b"\r\n", line_break) + line_break, line_break + b"--b--" + line_break
    assert read(b"preamble" + line_break + before + content + after + b"epilogue") == [("a", False, "", content)]


@pytest.mark.parametrize(("header", "name", "is_file"), [
    (b'form-data; name="a b"', "a b", False), (b"form-data; name=a; filename=x", "a", True), (b"form-data", "", False),
    (b'form-data; name="a;\\"\\\\"; filename=""', 'a;"\\', True), (b'form-data; name="%22"; filename*=utf-8\'\'x', '"', True),
    (b'form-data;\r\n name="a"', "a", False), ('form-data; NAME="é"'.encode(), "é", False),
])
def test_a_part_is_named_by_its_header(header, name, is_file):
    body = b"--b\r\nContent-Disposition: " + header + b"\r\nContent-Type: text/csv\r\n\r\nx\r\n--b--"
    assert read(body) == [(name, is_file, "text/csv", b"x")]


@pytest.mark.parametrize("content_type", ['multipart/form-data; boundary="b"', "Multipart/Form-Data; charset=x; Boundary=b"])
def test_the_boundary_may_be_quoted_and_in_any_place(content_type):
    assert read(HEAD + b"\r\nx\r\n--b--", content_type) == [("a", False, "", b"x")]


@pytest.mark.parametrize("body", [
    b"", b"x", b"--b", b"--b\r\n", HEAD, HEAD + b"\r\nx", HEAD + b"\r\nx\r\n--b", HEAD + b"\r\nx--b--", b"--b\r\nx: y\r\n\r\n\r\n--b--",
    b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n--b--', (HEAD + b"\r\n\r\n") * 1001 + b"--b--",
    HEAD + b"x: y\r\n" * 11_000 + b"\r\nx\r\n--b--",
])
def test_what_is_no_form_is_refused(body):
    assert read(body) == "refused"
