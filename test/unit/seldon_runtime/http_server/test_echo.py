"""seldon_runtime.http_server.echo: the ids of a request come back with its response, over real sockets."""

import pytest
from seldon_runtime.messages import LONGEST_ECHO
from support.raw_http import TEXT, post, response

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NAMES = ("X-Request-Id", "Seldon-Puid", "traceparent")


def echoed(sock):
    """status, and the echoed headers of the next response."""
    status, headers, _ = response(sock)
    return status, {name: text for name, text in headers.items() if name in NAMES}


def test_ids_that_the_client_sends_come_back(running):
    with running.connect() as sock:
        for number in (1, 1, 2):  # the second head is the same as the first one
            ids = {"X-Request-Id": f"r{number}", "Seldon-Puid": "p", "traceparent": TRACE}
            sock.sendall(post("/echo", b"x", *(f"{name}: {text}".encode() for name, text in ids.items())))
            assert echoed(sock) == (200, ids)
        sock.sendall(post("/echo", b"x"))
        assert echoed(sock) == (200, {})


def test_of_several_requests_each_has_its_own(running):
    with running.connect() as sock:
        sock.sendall(b"".join(post("/wait", b"x", b"x-request-id: r%d" % number) for number in range(2)))
        for number in range(2):
            running.application.next()[1](200, TEXT, b"")
            assert echoed(sock) == (200, {"X-Request-Id": f"r{number}"})


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (post("/echo", b"x" * 2000, b"X-Request-Id: r"), 413),
        (post("/raise", b"", b"X-Request-Id: r"), 500),
        (post("/full", b"", b"X-Request-Id: r").replace(b"Content-Length: 0", b"Content-Length: 9"), 503),
    ],
)
def test_a_refusal_has_them_too(request_, status, running):
    with running.connect() as sock:
        sock.sendall(request_)
        assert echoed(sock) == (status, {"X-Request-Id": "r"})


def test_a_refusal_has_no_id_of_the_request_before(running):
    with running.connect() as sock:
        sock.sendall(post("/echo", b"x", b"X-Request-Id: r"))
        assert echoed(sock) == (200, {"X-Request-Id": "r"})
        sock.sendall(b"nonsense\r\n\r\n")
        assert echoed(sock) == (400, {})


@pytest.mark.parametrize("text", [b"", b"x" * (LONGEST_ECHO + 1), b"r\xe9", b"a\tb"])
def test_a_text_that_is_long_or_odd_does_not_come_back(text, running):
    with running.connect() as sock:
        sock.sendall(post("/echo", b"x", b"X-Request-Id: " + text))
        assert echoed(sock) == (200, {})
