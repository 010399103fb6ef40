"""What traces cost a request, in CPU time: `python -m bench.trace_cost`, from the folder of the repository.

A request over REST passes a traced application and a traced model that answer at once. The same request passes both
without traces. The difference is what the threads of requests pay. `export` is what the thread that sends pays
afterwards, beside the same spans in the classes of opentelemetry-proto.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans
from seldon_component.payload import Payload
from seldon_runtime.http_server.protocol import Headers, HttpRequest, Respond
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import Model, OnAnswer
from seldon_runtime.model.traced import TracedModel
from seldon_runtime.operations.traces.span_queue import SpanQueue
from seldon_runtime.operations.traces.tracer import Tracer
from seldon_runtime.rest.traced import TracedApplication

from .table import markdown

_COUNT, _ROUNDS = 500, 200
_HEADERS = {
    **{b"host": b"127.0.0.1:5000", b"user-agent": b"curl/8.5.0", b"accept": b"*/*"},
    **{b"content-type": b"application/json", b"content-length": b"64"},
}
_PARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"
_CASES = {"no headers of a trace": b"", "recorded": _PARENT + b"1", "not recorded": _PARENT + b"0"}
_LIMIT = 10.0  # µs of a recorded request


class _Instant:
    """Takes each request to be answered at once. An Application, and all of a Model that a TracedModel uses."""

    urgent_paths = frozenset[str]()

    def __init__(self) -> None:
        self.model: Any = self

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        asked = Request("predict", Payload(meta={"puid": "p"}), trace_parent=request.header(b"traceparent"))
        asked.call_times = 1_700_000_000.0, 0.001
        self.model.ask(asked, lambda payload, error: respond(200, (), b""))

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        on_answer(Payload(), None)

    def refusal(self, path: str) -> None:
        """See `Application`."""

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        raise error


def _respond(status: int, headers: Headers, body: bytes) -> None:
    """The Respond of every request."""


def _microseconds(call: Callable[[], object], queue: SpanQueue) -> float:
    """CPU time of one call: the least of many rounds, as in timeit. `queue` is emptied after each of them."""
    found = []
    for _ in range(_ROUNDS):
        begin = time.process_time()
        for _ in range(_COUNT):
            call()
        found.append((time.process_time() - begin) / _COUNT * 1e6)
        queue.take(2 * _COUNT)
    return min(found)


def _traced(queue: SpanQueue) -> TracedApplication:
    tracer, instant = Tracer(queue, ("jaeger", "b3", "tracecontext"), True, 1.0), _Instant()
    model: Model = instant.model
    instant.model = TracedModel(model, tracer)
    return TracedApplication(instant, tracer, 5000, lambda path: path)


def _sender(application: Any, parent: bytes) -> Callable[[], None]:
    headers = {**_HEADERS, b"traceparent": parent} if parent else _HEADERS
    return lambda: application(HttpRequest("POST", "/predict", b"", headers), _respond)


def _with_classes(encoded: bytes) -> Callable[[], bytes]:
    """A function that makes the same spans again with the classes of opentelemetry-proto."""
    spans = ScopeSpans.FromString(encoded).spans
    plain = [
        (
            {field.name: value for field, value in span.ListFields() if field.name not in ("attributes", "status")},
            [(one.key, one.value.WhichOneof("value"), getattr(one.value, str(one.value.WhichOneof("value"))))
             for one in span.attributes],
        )
        for span in spans
    ]  # fmt: skip

    def make() -> bytes:
        scope = ScopeSpans()
        for fields, attributes in plain:
            span = scope.spans.add(**fields)
            for key, kind, value in attributes:
                setattr(span.attributes.add(key=key).value, str(kind), value)
        return scope.SerializeToString()

    return make


def main() -> None:
    queue = SpanQueue(2 * _COUNT, 4 * _COUNT)
    plain, traced = _Instant(), _traced(queue)
    base = _microseconds(_sender(plain, b""), queue)
    rows = []
    for name, parent in _CASES.items():
        cost = _microseconds(_sender(traced, parent), queue) - base
        rows.append([name, f"{cost:.1f}", f"{cost / _LIMIT:.2f}"])
    print(markdown(["a traced request", "µs", "of the 10 µs that are allowed"], rows))
    _sender(traced, _CASES["recorded"])()
    records = queue.take(2)
    encoded = b"".join(encode(*fields) for encode, *fields in records)
    own = _microseconds(lambda: [encode(*fields) for encode, *fields in records], queue)
    classes = _microseconds(_with_classes(encoded), queue)
    print(f"\nexport of a request: {own:.1f} µs for {len(encoded)} bytes; "
          f"with opentelemetry-proto {classes / own:.1f} times as much")  # fmt: skip


if __name__ == "__main__":
    main()
