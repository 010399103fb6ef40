"""A collector of OpenTelemetry, as far as a test needs one: it takes spans over OTLP/HTTP, by the SDK's own classes."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from support.waiting import eventually

SERVER, INTERNAL = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_INTERNAL


class Posted(NamedTuple):
    """One request that the collector got. headers: names in lower case."""

    path: str
    headers: dict[str, str]
    message: ExportTraceServiceRequest


class TraceCollector:
    """Listens on a port of its own. answers: (status, headers) of the next responses; after them it is 200."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        """context: of TLS."""
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.posted: list[Posted] = []
        self.refused = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def spans(self) -> list[Span]:
        """All spans so far, in the order of their end."""
        return [span for posted in list(self.posted) for span in _spans_of(posted.message)]

    def named(self, name: str) -> Span:
        """The span of that name, once it has come."""
        return eventually(
            lambda: [span for span in self.spans() if span.name == name],
            lambda: f"there was a span {name}, beside {[span.name for span in self.spans()]}",
        )[0]

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """The status and the headers of the response."""
        status, sent = self.answers.pop(0) if self.answers else (200, {})
        if status == 200:
            named = {name.lower(): value for name, value in headers.items()}
            plain = gzip.decompress(body) if named.get("content-encoding") == "gzip" else body
            self.posted.append(Posted(path, named, ExportTraceServiceRequest.FromString(plain)))
        else:
            self.refused += 1
        return status, sent

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = collector._take(self.path, dict(self.headers.items()), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """The tests need no log."""

        return Handler


def _spans_of(message: ExportTraceServiceRequest) -> Iterator[Span]:
    for of_resource in message.resource_spans:
        for of_scope in of_resource.scope_spans:
            yield from of_scope.spans


def attributes_of(span: Any) -> dict[str, Any]:
    """The attributes of a span or of a resource."""
    return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}
