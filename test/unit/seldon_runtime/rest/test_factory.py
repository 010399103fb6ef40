"""seldon_runtime.rest.factory: which threads read a request."""

import threading

from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.rest import predictions
from seldon_runtime.rest.factory import create_application
from seldon_runtime.system import thread_pool
from support.stub_model import StubModel, settings
from support.waiting import eventually

LARGE = b'{"strData":"' + b"x" * 100_000 + b'"}'


def test_large_requests_are_read_by_as_many_threads_as_there_are_cpus(monkeypatch):
    reading, go_on, responses = [], threading.Event(), []

    def read(*_):
        reading.append(threading.current_thread())
        assert go_on.wait(60)
        raise ValueError

    monkeypatch.setattr(predictions, "read_content", read)
    monkeypatch.setattr(thread_pool, "container_cpus", lambda: 2.5)
    application = create_application(StubModel(), settings())
    for _ in range(20):
        request = HttpRequest("POST", "/predict", b"", {b"content-type": b"application/json"}, LARGE)
        application(request, lambda *response: responses.append(response))
    eventually(lambda: len(reading) == 3, "three threads read")
    go_on.set()
    eventually(lambda: len(responses) == 20, "all have a response")
    assert len(set(reading)) == 3
