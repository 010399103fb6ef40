"""seldon_runtime.model.separate.suspects: a request that crashed the class is recognised, and only for a while."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from seldon_component.payload import Feedback, Payload
from seldon_component.user_class import batch
from seldon_runtime.errors import CrashingRequest, ModelCrashed
from seldon_runtime.messages import Request
from seldon_runtime.model.separate import crash_loop
from seldon_runtime.model.separate.suspects import Suspects
from support.obeying_models import ready, say
from support.stub_model import ask
from support.waiting import eventually


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def suspects(clock):
    return Suspects(clock)


def text(word, **meta):
    return Request("predict", Payload("strData", word, meta=meta))


def matrix(*rows):
    return Request("predict", Payload("tensor", np.array([rows], dtype=float)))


def feedback(reward):
    return Request("send_feedback", Feedback(Payload("strData", "x"), Payload(), reward, Payload()))


@pytest.mark.parametrize(("crashing", "same", "other"), [
    (text("a", puid="1"), text("a", puid="2"), text("b")),
    (text("a", tags={"t": 1}), text("a", tags={"t": 1}), text("a", tags={"t": 2})),
    (matrix(1, 2), matrix(1, 2), matrix(1, 3)),
    (feedback(1.0), feedback(1.0), feedback(0.5)),
    (Request("aggregate", [Payload("strData", "a")] * 2), Request("aggregate", [Payload("strData", "a")] * 2),
     Request("aggregate", [Payload("strData", "a")])),
], ids=["text", "tags", "matrix", "feedback", "list"])  # fmt: skip
def test_the_same_content_is_refused_after_two_crashes(crashing, same, other, suspects):
    suspects.add(crashing)
    assert suspects.refusal(same) is None
    suspects.add(same)
    assert "found one that crashed it 2 times; send it again in 600 s at the earliest" in str(suspects.refusal(same))
    assert suspects.refusal(other) is None


def test_it_is_forgotten_after_ten_minutes(suspects, clock):
    suspects.add(text("a"))
    suspects.add(text("a"))
    clock.now += 599
    assert suspects.refusal(text("a"))
    clock.now += 1
    assert suspects.refusal(text("a")) is None
    assert not suspects.outlines


def test_only_the_last_64_are_remembered(suspects):
    for word in range(65):
        suspects.add(text(f"{word:2}"))
        suspects.add(text(f"{word:2}"))
    assert suspects.refusal(text(" 0")) is None
    assert suspects.refusal(text(" 1")) and suspects.refusal(text("64"))
    assert len(suspects._found) == 64


def guarded(suspects, request):
    """(what the client got, the callback of the model, None if the request must not reach it)"""
    answers: list[object] = []
    return answers, suspects.guard(request, lambda payload, error: answers.append(payload or error))


def test_a_response_clears_a_suspect_and_an_error_does_not(suspects):
    suspects.add(text("a"))
    answers, on_answer = guarded(suspects, text("a"))
    on_answer(None, ModelCrashed("x"))
    assert suspects.outlines
    answers, on_answer = guarded(suspects, text("a"))
    on_answer(Payload("strData", "good"), None)
    assert [one.data for one in answers] == ["good"]
    assert not suspects.outlines


def test_a_refused_request_is_answered_and_goes_no_further(suspects):
    suspects.add(text("a"))
    suspects.add(text("a"))
    answers, on_answer = guarded(suspects, text("a"))
    assert on_answer is None
    assert "crashed it 2 times" in str(answers)


def test_requests_of_a_crashed_batch_go_alone_until_one_crashes_alone(suspects):
    members = [Payload("tensor", np.array([[number]], dtype=float)) for number in (1, 2)]
    for _ in range(3):
        suspects.add(Request(batch.METHOD, members))
    request = matrix(2)
    assert guarded(suspects, request)[1] is not None
    assert request.goes_alone
    assert not matrix(3).goes_alone
    suspects.add(matrix(2))
    assert suspects.refusal(matrix(2)) and not suspects.refusal(matrix(1))


def test_content_that_no_frame_can_carry_is_no_suspect(suspects):
    suspects.add(Request("predict", Payload("jsonData", {})))
    assert guarded(suspects, Request("predict", Payload("jsonData", object())))[1] is not None


def test_a_request_that_crashed_the_class_twice_no_longer_reaches_it(tmp_path, model_python, monkeypatch):
    monkeypatch.setattr(crash_loop, "_FIRST_WAIT", 0.01)
    with ready("separate", tmp_path, model_python=model_python) as (model, _):
        for _ in range(2):
            with pytest.raises(ModelCrashed):
                ask(model, "predict", Payload("strData", "exit 1", meta={"puid": "a"}))
        with pytest.raises(CrashingRequest, match="found one that crashed it 2 times; send it again in 600 s"):
            ask(model, "predict", Payload("strData", "exit 1", meta={"puid": "b"}))
        assert say(model, "count a") == "counted"
        assert model.restarts == 2


def test_copies_that_wait_are_refused_too(tmp_path):
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(6) as threads:
        holding = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        copies = [threads.submit(say, model, "exit 1") for _ in range(5)]
        eventually(lambda: model.waiting == 5, "all of them waited")
        (tmp_path / "it").touch()
        holding.result(60)
        errors = sorted(type(one.exception(60)).__name__ for one in copies)
        assert errors == ["CrashingRequest"] * 3 + ["ModelCrashed"] * 2
