"""seldon_runtime.model.health_status: probes learn of the class's health, and do not wait behind its requests."""

import numpy as np
import pytest
from seldon_component.errors import ModelError, Unavailable
from seldon_component.payload import Payload
from seldon_runtime.errors import Cancelled, Overloaded, TimedOut
from seldon_runtime.model.health_status import HealthStatus, status_of
from support.stub_model import DESCRIPTION, Pending, StubModel

GOOD, BAD = Payload("strData", "good"), ModelError("bad")


def test_a_class_without_health_status_is_not_called():
    model = StubModel(description={**DESCRIPTION, "checks_health": False})
    assert HealthStatus(model).read().data == "healthy"
    assert model.asked == []


@pytest.mark.parametrize(("is_draining", "text"), [(False, "the component is not loaded"), (True, "the server is shutting down")])
def test_a_component_that_is_not_ready_is_not_called(is_draining, text):
    model = StubModel(ready=False)
    model.is_draining = is_draining
    with pytest.raises(Unavailable, match=text):
        HealthStatus(model).read()
    assert model.asked == []


def test_each_read_of_an_idle_class_calls_it():
    model = StubModel({"health_status": GOOD})
    health = HealthStatus(model, longest=60)
    assert health.read().data == "good"
    model.answers["health_status"] = BAD
    with pytest.raises(ModelError, match="bad"):
        health.read()
    assert len(model.asked) == 2


def test_a_busy_class_is_called_once_and_keeps_its_last_response_meanwhile():
    model = Pending()
    health = HealthStatus(model, longest=0.001)
    assert [health.read().data for _ in range(3)] == ["busy"] * 3
    _, on_answer = model.next()
    assert model.pending.empty()
    on_answer(GOOD, None)
    assert health.read().data == "good"
    model.next()[1](None, BAD)
    with pytest.raises(ModelError, match="bad"):
        health.read()


@pytest.mark.parametrize("error", [Overloaded("full"), TimedOut("late"), Cancelled("gone"), Unavailable("restarts")])
def test_what_the_class_did_not_say_changes_nothing(error):
    model = StubModel({"health_status": GOOD})
    health = HealthStatus(model, longest=60)
    assert health.read().data == "good"
    model.answers["health_status"] = error
    assert health.read().data == "good"


@pytest.mark.parametrize(("response", "status"), [
    (Payload("tensor", np.array([True])), 200), (Payload("tensor", np.array([False])), 503),
    (Payload("ndarray", np.array([0.0])), 200), (Payload("jsonData", {"load": 0.5}), 200), (Payload(), 200),
    (Payload(status={"code": 503}), 503), (Payload(status={"code": 500}), 500), (Payload(status={"code": 200}), 200),
    (Payload(status={"status": "FAILURE"}), 503), (Payload(status={"code": -1, "status": "FAILURE"}), 503),
    (Payload(status={"status": "SUCCESS"}), 200),
])
def test_the_status_follows_what_the_class_returned(response, status):
    assert status_of(response) == status
