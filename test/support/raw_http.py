"""An HTTP server in front of an application of the test's own, and a client that writes what it likes."""

import http.client
import json
import queue
import socket
from typing import Any

from seldon_runtime.errors import Overloaded
from seldon_runtime.http_server.limits import HttpLimits
from seldon_runtime.http_server.server import HttpServer
from seldon_runtime.rest.error_response import respond_error
from support.waiting import eventually

LIMIT = 1000
TEXT = (("Content-Type", "text/plain"),)


class Application:
    """Refuses /full before its body, with `/probe` before all others. Responds to /echo with the body at once; keeps every other request until the test responds to it."""

    urgent_paths = ("/probe",)

    def __init__(self):
        self.kept: queue.Queue[Any] = queue.Queue()
        self.paths = []

    def __call__(self, request, respond):
        self.paths.append(request.path)
        if request.path == "/echo":
            respond(200, TEXT, bytes(request.body))
        elif request.path == "/raise":
            raise ValueError("a mistake of the application")
        elif request.path == "/large":
            respond(200, TEXT, b"x" * 50_000_000)
        else:
            self.kept.put((request, respond))

    def refusal(self, path):
        return Overloaded("no more") if path == "/full" else None

    def respond_error(self, request, respond, error):
        respond_error(respond, error)

    def next(self):
        return self.kept.get(timeout=60)


class Running:
    def __init__(self, limits=HttpLimits(LIMIT), **more):  # noqa: B008 (it is frozen)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.application = Application()
        self.server = HttpServer(self.application, self.port, limits, **more)
        self.server.start()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


def connected(running, count):
    eventually(lambda: len(running.server._state.connections) == count, f"{count} clients were connected")


def post(path, body=b"", *headers, version=b"1.1"):
    lines = [b"POST %s HTTP/%s" % (path.encode(), version), b"Host: x", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks):
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def response(sock, method="POST"):
    """(status, headers, body) of the next response."""
    answer = http.client.HTTPResponse(sock, method=method)
    answer.begin()
    length = int(answer.headers.get("Content-Length", 0))
    return answer.status, answer.headers, b"" if method == "HEAD" else answer.read(length)


HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n"
        b"Date: Wed, 25 Nov 2026 21:38:25 GMT\r\n\r\n")


def exactly(sock, size):
    """HTTPResponse reads ahead, so that pipelined responses are read by size."""
    found = b""
    while len(found) < size:
        part = sock.recv(size - len(found))
        assert part, found
        found += part
    return found


def refusal(sock):
    """The status and the reason of an error, after which the connection is closed."""
    status, headers, body = response(sock)
    assert (headers["Content-Type"], headers["Connection"]) == ("application/json", "close")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert sock.recv(1) == b""
    return status, json.loads(body)["status"]["info"]
