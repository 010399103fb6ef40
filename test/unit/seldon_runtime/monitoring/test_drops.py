"""What the server drops under load is counted by reason, and logged together, not in a line for each request."""

import pytest
from seldon_component.errors import CANCELLED, BadPayload, CallError, ModelError, Unavailable
from seldon_component.payload import Payload
from seldon_runtime.errors import Cancelled, TimedOut, TooManyBodyBytes, TooManyConnections, overloaded
from seldon_runtime.messages import Request
from seldon_runtime.metrics import Metrics
from seldon_runtime.model.metered import MeteredModel
from seldon_runtime.monitoring import drops as module
from seldon_runtime.monitoring.drops import DropCounts, reason_of
from support.stub_model import Pending, StubModel, settings
from support.waiting import eventually


def counts(drops):
    return {dict(labels)["reason"]: cells[0] for labels, cells in drops.series().items() if cells[0]}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (overloaded(3), "max_waiting"),
        (TooManyConnections("x"), "max_connections"),
        (TooManyBodyBytes("x"), "memory"),
        (TimedOut("x"), "timeout"),
        (Cancelled("x"), "cancelled"),
        (CallError("x", None, CANCELLED), "cancelled"),  # the component has left it out
        (Unavailable("x"), "unavailable"),
        (BadPayload("x"), None),
        (ModelError("x"), None),
        (ValueError("x"), None),
    ],
)
def test_an_error_of_a_server_with_too_much_to_do_has_a_reason(error, reason):
    drops = DropCounts()
    drops.note(error)
    assert reason_of(error) == reason
    assert counts(drops) == ({reason: 1} if reason else {})


def test_many_drops_are_two_lines_of_the_log(caplog, monkeypatch):
    monkeypatch.setattr(module, "LOG_SECONDS", 0.2)
    caplog.set_level("INFO")
    drops = DropCounts()
    for _ in range(1000):
        drops.note(overloaded(3))
    eventually(lambda: len(caplog.messages) > 1, "the others were logged")
    assert caplog.messages[0].startswith("1 request was refused, because MAX_WAITING allows no more to wait (max_waiting; 1 ")
    assert caplog.messages[1].startswith("999 requests were refused")
    assert "1000 since the start" in caplog.messages[1]
    drops.note(TimedOut("x"))
    assert "REST_TIMEOUT_MS" in caplog.messages[-1]


def test_after_a_quiet_time_the_first_one_is_logged_at_once(caplog, monkeypatch):
    monkeypatch.setattr(module, "LOG_SECONDS", 0.01)
    drops = DropCounts()
    drops.add("memory")
    eventually(lambda: not drops._pending, "a time without one has passed")
    drops.add("memory")
    assert [line.split(" (")[1] for line in caplog.messages] == ["memory; 1 since the start)", "memory; 2 since the start)"]


def gauge(metrics, name):
    return next(sample.value for family in metrics.collect() for sample in family.samples if sample.name == name)


def test_requests_in_flight_are_those_that_the_class_works_on(metrics):
    inner, stub = Pending(), StubModel()
    inner._model = stub
    model = MeteredModel(inner, metrics)
    for _ in range(3):
        model.ask(Request("predict", Payload("strData", "x")), lambda *_: None)
    assert gauge(metrics, "seldon_api_model_requests_in_flight") == 3
    stub.waiting = 2
    assert gauge(metrics, "seldon_api_model_requests_in_flight") == 1
    stub.waiting = 0
    for _ in range(3):
        inner.respond_to_next()
    assert gauge(metrics, "seldon_api_model_requests_in_flight") == 0


def test_a_request_that_is_dropped_counts_once(metrics):
    for error, reason in ((overloaded(1), "max_waiting"), (TimedOut("x"), "timeout"), (Unavailable("x"), "unavailable")):
        MeteredModel.ask(MeteredModel(StubModel({"predict": error}), metrics_ := Metrics(settings())),
                         Request("predict", Payload()), lambda *_: None)
        assert counts(metrics_.drops) == {reason: 1}


def test_what_has_no_response_at_the_stop_is_left_and_counts_once(metrics, caplog):
    inner = Pending()
    model = MeteredModel(inner, metrics)
    for _ in range(2):
        model.ask(Request("predict", Payload("strData", "x")), lambda *_: None)
    model.stop()
    request, on_answer = inner.next()
    request.cancel()
    on_answer(None, Cancelled("x"))
    assert counts(metrics.drops) == {"left": 2}
    assert "2 requests were without a response when the server stopped (left; 2 since the start)" in caplog.messages


def test_a_client_that_left_while_the_class_worked_counts_as_cancelled(metrics):
    inner = Pending()
    MeteredModel(inner, metrics).ask(request := Request("predict", Payload("strData", "x")), lambda *_: None)
    request.cancel()
    inner.respond_to_next()
    assert counts(metrics.drops) == {"cancelled": 1}
