"""rest.traced: a span for each request, also for one on which our own code fails."""

from seldon_component.errors import BadPayload, CallError
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.operations.traces.span_queue import SpanQueue
from seldon_runtime.operations.traces.tracer import Tracer
from seldon_runtime.rest.error_response import respond_error
from seldon_runtime.rest.traced import TracedApplication

PARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Broken:
    """An application with a fault of its own."""

    urgent_paths = frozenset(["/ready"])

    def __init__(self):
        self.got = []

    def __call__(self, request, respond):
        self.got.append(request.header(b"traceparent"))
        raise RuntimeError("ours")

    def refusal(self, path):
        return CallError(path)

    def respond_error(self, request, respond, error):
        respond_error(respond, error)


def statuses(queue):
    return [record[-1] for record in queue.take(10)]


def test_a_fault_of_our_own_is_recorded_with_its_status():
    queue, broken, answers = SpanQueue(10, 10), Broken(), []
    traced = TracedApplication(broken, Tracer(queue, ("tracecontext",), True, 1.0), 5000, lambda path: path)
    traced(HttpRequest("POST", "/predict", b"", {b"traceparent": PARENT}), lambda *answer: answers.append(answer))
    assert [status for status, _, _ in answers] == statuses(queue) == [500]


def test_a_request_that_is_refused_before_all_of_it_has_arrived_is_recorded():
    queue = SpanQueue(10, 10)
    traced = TracedApplication(Broken(), Tracer(queue, ("tracecontext",), True, 1.0), 5000, lambda path: path)
    traced.respond_error(HttpRequest("POST", "/predict", b"", {b"traceparent": PARENT}), lambda *_: None, BadPayload("no"))
    assert statuses(queue) == [400]


def test_the_headers_that_the_parser_keeps_stay_as_they_are():
    broken, headers = Broken(), {b"traceparent": PARENT}
    traced = TracedApplication(broken, Tracer(SpanQueue(1, 1), ("tracecontext",), True, 1.0), 5000, lambda path: path)
    for _ in range(2):
        traced(HttpRequest("POST", "/predict", b"", headers), lambda *answer: None)
    assert headers == {b"traceparent": PARENT}
    assert len(set(broken.got)) == 2
    assert {got[:36] for got in broken.got} == {PARENT[:36].decode()}


def test_what_is_no_request_goes_past_it():
    traced = TracedApplication(Broken(), Tracer(SpanQueue(1, 1), (), True, 1.0), 5000, lambda path: path)
    assert traced.urgent_paths == {"/ready"}
    assert str(traced.refusal("/predict")) == "/predict"
