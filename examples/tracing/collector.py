"""Prints each span that it gets over OTLP/HTTP: a stand-in for a collector, to see traces without one.

pip install opentelemetry-proto, then: python collector.py [port]
"""

import gzip
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector(BaseHTTPRequestHandler):
    """One line a span: the trace, the span, its parent, its milliseconds, its name."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.show(span)
        self.send_response(200)
        self.end_headers()

    def show(self, span):
        milliseconds = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6
        ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex() or "-"
        print(*ids, f"{milliseconds:.2f}", span.name, flush=True)

    def log_message(self, *_):
        """The spans are all that it prints."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 4318
    ThreadingHTTPServer(("", port), Collector).serve_forever()
