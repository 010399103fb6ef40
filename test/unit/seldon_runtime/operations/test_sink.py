"""seldon_runtime.operations: a connection to a sink is kept, and made again when the other side has closed it."""

import gzip
import socket
import threading
import zlib

import pytest
from seldon_runtime.operations.event_queue import decompressed
from seldon_runtime.operations.sink import Sink, SinkFailed

HEADERS = (("ce-id", "1"),)


def serve(listener, received, connections):
    for responses in connections:
        client, _ = listener.accept()
        received.append([])
        for response in responses:
            data = b""
            while not data.endswith(b"body"):
                data += client.recv(4096)
            received[-1].append(data)
            client.sendall(response)
        client.close()


@pytest.fixture
def respond():
    """A function: for each connection the bytes of its responses -> (URL, what each connection has sent)."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[list[bytes]] = []

    def start(*connections):
        threading.Thread(target=serve, args=(listener, received, connections), daemon=True).start()
        return f"http://u%40:p@127.0.0.1:{listener.getsockname()[1]}/path", received

    yield start
    listener.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_connection_is_kept(respond):
    url, received = respond([OK, b"HTTP/1.1 204 None\r\n\r\n", OK])
    sink = Sink(url)
    for _ in range(3):
        sink.post(HEADERS, b"body")
    assert [len(requests) for requests in received] == [3]
    head = received[0][0].decode()
    assert head.startswith("POST /path HTTP/1.1\r\nHost: 127.0.0.1:")
    assert "\r\nAuthorization: Basic dUA6cA==\r\nce-id: 1\r\nContent-Length: 4\r\n\r\nbody" in head


@pytest.mark.parametrize("last", [OK, b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                                  b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"])
def test_a_connection_that_ended_is_made_again(last, respond):
    url, received = respond([last], [OK])
    sink = Sink(url)
    sink.post(HEADERS, b"body")
    sink.post(HEADERS, b"body")
    assert [len(requests) for requests in received] == [1, 1]


@pytest.mark.parametrize("response", [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0\r\n\r\n", b"", b"x" * 100_000])
def test_what_is_no_success_is_a_failure(response, respond):
    url, _ = respond([response])
    with pytest.raises(SinkFailed):
        Sink(url).post(HEADERS, b"body")


RAW = zlib.compressobj(wbits=-15)
DEFLATED = RAW.compress(b"body") + RAW.flush()


@pytest.mark.parametrize(("body", "encoding", "plain"), [
    (gzip.compress(b"body"), "gzip", b"body"), (zlib.compress(b"body"), "deflate", b"body"), (DEFLATED, "deflate", b"body"),
    (b"body", "", b"body"), (b"body", "gzip", b"body"), (b"body", "br", b"body"),
    (gzip.compress(b"b" * 1000), "gzip", gzip.compress(b"b" * 1000)),
])
def test_a_body_is_decompressed_within_a_limit(body, encoding, plain):
    assert decompressed(body, encoding, 100) == plain
