"""seldon_runtime.model.deadline: a request is answered in time, or with an error, and then never reaches the class."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.errors import BadPayload
from seldon_component.payload import GRPC, REST, Payload
from seldon_runtime.errors import TimedOut
from seldon_runtime.messages import Request
from seldon_runtime.model.deadline import DeadlineModel
from seldon_runtime.system.timer import Timer
from support.obeying_models import ready, say
from support.stub_model import StubModel, ask, settings
from support.waiting import eventually

_LIMIT = 60  # seconds; only a failing test waits for so long


class Held(StubModel):
    """Keeps each request until it is released."""

    def __init__(self):
        super().__init__({"predict": Payload("strData", "x"), "route": BadPayload("bad")})
        self.held = []

    def ask(self, request, on_answer):
        self.held.append((request, on_answer))

    def release(self):
        for request, on_answer in self.held:
            super().ask(request, on_answer)


def limited(model, **changes):
    return DeadlineModel(model, settings(**{"rest_timeout": None, "grpc_timeout": None, **changes}), Timer())


def test_only_a_wire_with_a_time_limit_gives_up():
    model = Held()
    with pytest.raises(TimedOut, match="the component did not answer within 50 ms"):
        ask(limited(model, rest_timeout=0.05), "predict", Payload(), REST)
    answers = []
    limited(model, rest_timeout=0.05).ask(Request("predict", Payload(), GRPC), lambda *answer: answers.append(answer))
    model.release()
    assert [payload.data for payload, _ in answers] == ["x"]


def test_a_call_in_time_gets_the_model_s_own_answer_or_error():
    model = limited(StubModel({"predict": Payload("strData", "x"), "route": BadPayload("bad")}), rest_timeout=_LIMIT)
    assert ask(model, "predict", Payload(), REST).data == "x"
    with pytest.raises(BadPayload, match="bad"):
        ask(model, "route", Payload(), REST)


def test_a_request_that_gave_up_is_cancelled_and_answered_once():
    model, request, answers, heard = Held(), Request("predict", Payload()), [], threading.Event()

    def hear(*answer):
        answers.append(answer)
        heard.set()

    limited(model, rest_timeout=0.01).ask(request, hear)
    assert heard.wait(_LIMIT)
    eventually(lambda: request.cancelled, "the request was cancelled")
    model.release()
    assert [type(error) for _, error in answers] == [TimedOut]


@pytest.mark.parametrize("kind", ["separate", "inline", "workers"])
@pytest.mark.parametrize("batch_max_size", [1, 8])
def test_a_request_past_its_deadline_never_reaches_the_class(kind, batch_max_size, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    busy = 2 if kind == "workers" else 1
    with ready(kind, tmp_path, batch_max_size=batch_max_size) as (model, _), ThreadPoolExecutor(busy) as threads:
        holding = [threads.submit(say, model, f"hold {number}") for number in range(busy)]
        for number in range(busy):
            eventually((tmp_path / f"{number}.begun").exists, "the class was busy")
        for _ in range(20):
            with pytest.raises(TimedOut):
                ask(limited(model, rest_timeout=0.01), "predict", Payload("strData", "count late"))
        for number in range(busy):
            (tmp_path / str(number)).touch()
        assert [one.result(_LIMIT) for one in holding] == ["released"] * busy
        assert say(model, "count in_time") == "counted"
    assert not (tmp_path / "late").exists()


def test_all_else_is_the_model_s_own():
    model = StubModel(restarts=3)
    wrapped = limited(model, rest_timeout=1.0)
    wrapped.start()
    wrapped.stop()
    assert (wrapped.ready, wrapped.restarts, wrapped.description) == (True, 3, model.description)
    assert model.asked == ["start", "stop"]
