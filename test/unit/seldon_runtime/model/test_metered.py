"""seldon_runtime.model.metered: calls and rewards are counted, and a count never makes a request fail."""

import pytest
from seldon_component.errors import CallError, ModelError
from seldon_component.payload import GRPC, Feedback, Payload
from seldon_runtime.model.metadata import metadata_of
from seldon_runtime.model.metered import MeteredModel
from support.exposition import one
from support.stub_model import StubModel, ask


def test_a_call_counts_by_method_and_status_and_its_time_by_method(metrics):
    model = MeteredModel(StubModel({"predict": Payload()}), metrics)
    ask(model, "predict", Payload())
    ask(model, "predict", Payload())
    assert one(metrics, "seldon_api_model_requests_total", method="predict", status="SUCCESS") == 2
    assert one(metrics, "seldon_api_model_requests_seconds_count", method="predict") == 2


def test_a_failed_call_counts_under_its_reason_and_still_fails(metrics):
    model = MeteredModel(StubModel({"predict": ModelError("no", reason="TOO_HOT"), "route": CallError("?")}), metrics)
    for method, error, status in (("predict", ModelError, "TOO_HOT"), ("route", CallError, ModelError.reason)):
        with pytest.raises(error):
            ask(model, method, Payload())
        assert one(metrics, "seldon_api_model_requests_total", method=method, status=status) == 1


def test_a_metered_model_is_otherwise_the_model_itself(metrics):
    stub = StubModel({"predict": Payload("strData", "x")}, restarts=3)
    model = MeteredModel(stub, metrics)
    request = Payload()
    assert ask(model, "predict", request, GRPC).data == "x"
    model.start()
    model.stop()
    assert stub.asked == [("predict", request, GRPC), "start", "stop"]
    assert (model.ready, model.restarts, model.description) == (True, 3, stub.description)


def test_readiness_and_restarts_are_those_at_the_time_of_the_scrape(metrics):
    stub = StubModel(ready=False)
    MeteredModel(stub, metrics)
    assert one(metrics, "seldon_api_model_ready") == 0
    stub.ready, stub.restarts, stub.waiting = True, 2, 3
    assert one(metrics, "seldon_api_model_ready") == 1
    assert one(metrics, "seldon_api_model_restarts_total") == 2
    assert one(metrics, "seldon_api_model_requests_waiting") == 3


def test_feedback_counts_and_rewards_add_up_even_if_the_class_ignores_them(metrics):
    model = MeteredModel(StubModel(), metrics)
    for reward in (1.5, -0.5, 0, float("nan"), float("inf"), -float("inf")):
        with pytest.raises(Exception, match="no send_feedback"):
            ask(model, "send_feedback", Feedback(Payload(), Payload(), reward, Payload()))
    assert one(metrics, "seldon_api_model_feedback_total") == 6
    assert one(metrics, "seldon_api_model_feedback_reward_total") == 1.5
    assert one(metrics, "seldon_api_model_feedback_negative_reward_total") == 0.5


def test_the_metrics_of_a_response_are_recorded_with_its_method(metrics):
    meta = {"metrics": [{"key": "rows", "type": "COUNTER", "value": 3, "tags": {"shop": "north"}}]}
    model = MeteredModel(StubModel({"transform_input": Payload(meta=meta)}), metrics)
    ask(model, "transform_input", Payload())
    ask(model, "transform_input", Payload())
    assert one(metrics, "rows_total", method="transform_input", shop="north") == 6


@pytest.mark.parametrize("custom", [5, True, {"key": "k"}])
def test_a_response_whose_metrics_are_no_list_is_sent(metrics, custom):
    response = Payload("strData", "x", meta={"metrics": custom})
    assert ask(MeteredModel(StubModel({"predict": response}), metrics), "predict", Payload()) is response


def test_a_response_is_sent_even_if_it_cannot_be_counted(metrics, monkeypatch, caplog):
    monkeypatch.setattr(metrics, "record_call", lambda *_: 1 / 0)
    assert (
        ask(MeteredModel(StubModel({"predict": Payload("strData", "x")}), metrics), "predict", Payload()).data == "x"
    )
    assert "ZeroDivisionError" in caplog.text


def test_metadata_of_a_class_without_init_metadata_counts_no_error(metrics):
    model = MeteredModel(StubModel(), metrics)
    metadata_of(model)
    assert one(metrics, "seldon_api_model_requests_total", method="metadata", status="SUCCESS") == 1
