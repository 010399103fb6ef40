"""seldon_runtime.model.separate.request_writer: requests travel together, and a large one waits in a thread."""

import queue
import threading
from typing import Any

from seldon_component.payload import Payload
from seldon_runtime.messages import Request
from seldon_runtime.system import turn as turns
from support.begun import answers_of
from support.obeying_models import ready
from support.stub_model import ask
from support.waiting import eventually


def test_requests_of_one_turn_travel_together(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_LONGEST_HOLD", 60)
    with ready("separate", tmp_path) as (model, _):
        writer, sent = model._workers[0].process._writer, []
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        write = writer._write_now

        def write_now(buffers):
            sent.append(len(buffers))
            return write(buffers)

        monkeypatch.setattr(writer, "_write_now", write_now)
        requests = [Request("predict", Payload("strData", "count here")) for _ in range(2)]
        with turns.turn:
            for request in requests:
                model.ask(request, lambda *answer: answers.put(answer))
            assert sent == []
        for _ in range(2):
            assert answers.get(timeout=60)[1] is None
    assert sent == [2]


def test_the_thread_that_waits_with_a_large_request_is_kept_for_the_next(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        for _ in range(8):
            ask(model, "predict", Payload("strData", "pid", meta={"tags": {"large": "x" * 8_388_608}}))
    assert 1 <= sum(thread.name.startswith("model-writer") for thread in threading.enumerate()) <= 4


LARGE = """
import os, time

class Obeying(object):
    def predict(self, X):
        if X == "hold":
            open({folder!r} + "/begun", "w").close()
            while not os.path.exists({folder!r} + "/allowed"):
                time.sleep(0.005)
        return "x" * 1000000
"""


def test_large_requests_and_responses_do_not_wait_for_each_other(tmp_path):
    with ready("separate", tmp_path, source=LARGE) as (model, _):
        begun = answers_of(model, "hold")
        eventually((tmp_path / "begun").exists, "the class was busy")
        begun += answers_of(model, *["small"] * 15)  # all that the process has room for
        begun += answers_of(model, *["y" * 1000000] * 5)  # never blocks
        (tmp_path / "allowed").touch()
        try:
            assert [len(answers.get(timeout=30)[0].data) for _, answers in begun] == [1000000] * len(begun)
        except queue.Empty:
            model._workers[0].process.terminate()
            raise
