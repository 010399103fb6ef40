"""seldon_runtime.model.inline.model: a component in the server's own process answers every request."""

from seldon_runtime.messages import Request
from support.batches import batched, matrix
from support.begun import Answers, answers_of
from support.obeying_models import ready
from support.waiting import eventually


def test_an_inline_component_stopped_while_it_loads_refuses_requests(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ready("inline", tmp_path) as (model, _):
        model.stop()
        model._load()  # it ends after the stop
        (_, answers), = answers_of(model, "pid")
        assert str(answers.get(timeout=10)[1]) == "the server is shutting down"
        assert not model.ready


def test_an_inline_batch_that_fails_after_its_delay_answers_all(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with batched("inline", tmp_path, most=8, delay=0.5) as (model, _):
        answers = Answers()

        def begin(number):
            model.ask(Request("predict", matrix(number)), lambda *answer: answers.put(answer))

        begin(-10)
        eventually((tmp_path / "begun10").exists, "the class was busy")
        for number in (-1, 2, 3):
            begin(number)
        (tmp_path / "allowed").touch()
        errors = [answers.get(timeout=20)[1] for _ in range(4)]
        assert [error is None for error in errors].count(True) == 3
