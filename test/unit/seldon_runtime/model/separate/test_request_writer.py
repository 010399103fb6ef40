"""seldon_runtime.model.separate.request_writer: requests travel together, and a large one waits in a thread."""

import queue
import threading
from typing import Any

from seldon_component.payload import Payload
from seldon_runtime.messages import Request
from seldon_runtime.system import turn as turns
from support.obeying_models import ready
from support.stub_model import ask


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
