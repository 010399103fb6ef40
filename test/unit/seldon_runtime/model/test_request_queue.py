"""seldon_runtime.model.request_queue and queueing: no request is lost, and none is answered twice."""

import gc
import queue
import time
import weakref
from typing import Any

import numpy as np
import pytest
from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import REST, Payload
from seldon_runtime.errors import Cancelled, Overloaded, TimedOut
from seldon_runtime.messages import Request
from seldon_runtime.model.batching import BatchingQueue
from seldon_runtime.model.deadline import DeadlineModel
from seldon_runtime.model.queueing import QueueingModel
from seldon_runtime.model.request_queue import QueuedRequest, RequestQueue
from seldon_runtime.model.separate import window
from seldon_runtime.system.timer import Timer
from support.obeying_models import ready
from support.stub_model import settings
from support.waiting import eventually

Answers = queue.SimpleQueue[tuple[Any, Any]]  # of an OnAnswer's arguments


def queued_request(content=None):
    return QueuedRequest(Request("predict", content or Payload()), lambda payload, error: None)


def filled(count):
    """(queue, requests)."""
    requests, waiting = [queued_request() for _ in range(count)], RequestQueue()
    for queued in requests:
        waiting.put(queued, lambda: False)
    return waiting, requests


def test_requests_leave_in_the_order_of_their_arrival():
    waiting, requests = filled(3)
    assert [waiting.take() for _ in range(4)] == [*requests, None]


def test_requests_put_back_go_first_in_their_order():
    waiting, requests = filled(3)
    begun = [waiting.take(), waiting.take()]
    waiting.put_back(iter(begun))
    assert waiting.waiting() == requests


def test_a_discarded_request_is_gone_and_discarded_once():
    waiting, (first, second) = filled(2)
    assert (waiting.discard(first), waiting.discard(first)) == (True, False)
    assert (len(waiting), waiting.take(), waiting.take()) == (1, second, None)


def test_clear_returns_all_requests_the_oldest_first():
    waiting, requests = filled(3)
    assert (waiting.clear(), len(waiting)) == (requests, 0)


def test_a_request_is_over_when_cancelled_or_after_its_deadline():
    queued = queued_request()
    assert not queued.is_over()
    queued.request.deadline = time.monotonic() + 60
    assert not queued.is_over()
    queued.request.deadline = time.monotonic()
    assert queued.is_over()
    queued.request.deadline = None
    queued.request.cancel()
    assert queued.is_over()


class Paused(QueueingModel):
    """Takes requests only by hand; `refusal` is for all new ones."""

    refusal: CallError | None = None

    def _refusal(self):
        return self.refusal

    def _is_idle(self):
        return False

    def _hand_out(self):
        pass

    def take(self):
        with self._lock:
            return self._take()


def batches():
    waiting = BatchingQueue(100, 0.0)
    waiting.describe_component({"batches": [REST]})
    return waiting


@pytest.mark.parametrize("make_queue", [RequestQueue, batches])
@pytest.mark.parametrize("over", [1, 2])
def test_a_request_that_is_over_when_taken_is_answered_once(make_queue, over):
    model, answers = Paused(make_queue(), Timer(), 100), Answers()
    requests = [Request("predict", Payload("tensor", np.ones((1, 1)))) for _ in range(2)]
    for request in requests:
        model.ask(request, lambda *answer: answers.put(answer))
    for request in requests[:over]:
        request.cancelled = True  # it was taken before `cancel` could withdraw it
    if taken := model.take():
        taken.answer([Payload()] if isinstance(taken.request.content, list) else Payload(), None)
    errors = [answers.get(timeout=60)[1] for _ in requests]
    assert [isinstance(error, Cancelled) for error in errors].count(True) == over
    assert answers.empty()


@pytest.mark.parametrize("make_queue", [RequestQueue, batches])
@pytest.mark.parametrize("count", [1, 2])
def test_a_deadline_seen_by_the_queue_first_is_still_a_timeout(make_queue, count):
    timer, answers = Timer(), Answers()
    paused = Paused(make_queue(), timer, 100)

    def late():
        time.sleep(0.3)  # the timer is late
        paused.take()

    model = DeadlineModel(paused, settings(rest_timeout=0.2), timer)  # type: ignore[arg-type]  # it only asks
    for _ in range(count):
        model.ask(Request("predict", Payload("tensor", np.ones((1, 1)))), lambda *answer: answers.put(answer))
    timer.at(0.0, late)
    assert [type(answers.get(timeout=60)[1]) for _ in range(count)] == [TimedOut] * count


def test_a_batch_that_fails_after_the_stop_is_answered():
    model, answers = Paused(batches(), Timer(), 100), Answers()
    for _ in range(2):
        model.ask(Request("predict", Payload("tensor", np.ones((1, 1)))), lambda *answer: answers.put(answer))
    taken = model.take()
    model.refusal = Unavailable("the server is shutting down")
    taken.answer(None, CallError("bad"))
    assert [answers.get(timeout=60)[1] for _ in range(2)] == [model.refusal] * 2


def answers_of(model, *texts):
    """[(request, the queue with its one answer)] of requests that are begun in this order."""
    begun = []
    for text in texts:
        request, answers = Request("predict", Payload("strData", text)), Answers()
        model.ask(request, lambda *answer, answers=answers: answers.put(answer))
        begun.append((request, answers))
    return begun


def test_a_cancelled_request_that_a_process_holds_never_reaches_the_class(tmp_path, model_python, monkeypatch):
    monkeypatch.setattr(window, "_LEAST", 16)
    with ready("separate", tmp_path, model_python=model_python) as (model, _):
        (_, held), = answers_of(model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the class was busy")
        (gone, cancelled), (_, other) = answers_of(model, "count gone", "count other")
        assert len(model._queue) == 0  # the process has both
        gone.cancel()
        (tmp_path / "it").touch()
        assert [one.get(timeout=60)[0].data for one in (held, other)] == ["released", "counted"]
        assert cancelled.get(timeout=60)[1].reason == Cancelled.reason
    assert ((tmp_path / "gone").exists(), (tmp_path / "other").exists()) == (False, True)


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


def test_a_wait_of_an_earlier_restart_does_not_count(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        worker, queued = model._workers[0], queued_request(Payload("strData", "pid"))
        with model._lock:
            process, worker.process = worker.process, None
            model._queue.put(queued, lambda: False)
            outage = model._outages
            worker.process = process
        model._worker_changed([])
        with model._lock:
            worker.process = None
            model._queue.put(queued, lambda: False)
        model._give_up([weakref.ref(queued)], outage)
        with model._lock:
            assert model._queue.waiting() == [queued]
            worker.process = process
        model._give_up([weakref.ref(queued)], outage)


@pytest.mark.parametrize("kind", ["separate", "inline"])
def test_a_request_that_no_frame_can_carry_disturbs_no_other_in_batches(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ready(kind, tmp_path, batch_max_size=8) as (model, failures):
        bad, answers = Request("predict", Payload("jsonData", object())), Answers()
        model.ask(bad, lambda *answer: answers.put(answer))
        assert isinstance(answers.get(timeout=60)[1], CallError)
        (_, counted), = answers_of(model, "count here")
        assert counted.get(timeout=60)[0].data == "counted"
        assert failures.none()


def test_an_inline_component_stopped_while_it_loads_refuses_requests(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ready("inline", tmp_path) as (model, _):
        model.stop()
        model._load()  # it ends after the stop
        (_, answers), = answers_of(model, "pid")
        assert str(answers.get(timeout=10)[1]) == "the server is shutting down"
        assert not model.ready


HELD_BY_9_FAILED_BY_1 = """
import os, time
class Obeying(object):
    def predict(self, X, names):
        if X.min() == 9:
            open({folder!r} + "/begun", "w").close()
            while not os.path.exists({folder!r} + "/allowed"):
                time.sleep(0.005)
        if X.min() == 1:
            raise ValueError("bad row")
        return X
"""


def test_an_inline_batch_that_fails_after_its_delay_answers_all(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ready("inline", tmp_path, source=HELD_BY_9_FAILED_BY_1, batch_max_size=8, batch_max_delay=0.5) as (model, _):
        answers = Answers()

        def begin(number):
            model.ask(Request("predict", Payload("tensor", np.full((1, 1), number))), lambda *answer: answers.put(answer))

        begin(9.0)
        eventually((tmp_path / "begun").exists, "the class was busy")
        for number in (1.0, 2.0, 3.0):
            begin(number)
        (tmp_path / "allowed").touch()
        errors = [answers.get(timeout=20)[1] for _ in range(4)]
        assert [error is None for error in errors].count(True) == 3


def numbered(count):
    return [Request("predict", Payload("tensor", np.full((1, 1), number))) for number in range(count)]


@pytest.mark.parametrize("make_queue", [RequestQueue, batches])
def test_one_request_more_than_may_wait_is_refused_with_the_setting_that_says_so(make_queue):
    model, answers = Paused(make_queue(), Timer(), 3), Answers()
    for request in numbered(4):
        model.ask(request, lambda *answer: answers.put(answer))
    payload, error = answers.get(timeout=60)
    assert (payload, type(error)) == (None, Overloaded)
    assert str(error) == "3 requests wait for the component, and MAX_WAITING allows no more"
    assert (model.waiting, model.is_full) == (3, True)


def at_the_first_of(requests, waiting):
    """A model whose process has taken the first of the requests, and the requests."""
    model = Paused(waiting, Timer(), 100)
    for request in requests:
        model.ask(request, lambda *answer: None)
    assert model.take().request is requests[0]
    return model, requests


@pytest.mark.parametrize("make_queue", [RequestQueue, lambda: BatchingQueue(1, 0.0)])
def test_while_clients_give_up_on_what_a_process_has_the_newest_request_goes_first(make_queue):
    """In the order of arrival, each request would come to the process just before its client gives up."""
    model, requests = at_the_first_of(numbered(3), make_queue())
    requests[0].cancel()
    assert model.take().request is requests[2]


@pytest.mark.parametrize("make_queue", [RequestQueue, lambda: BatchingQueue(1, 0.0)])
def test_while_clients_give_up_the_newest_request_goes_first(make_queue):
    model, requests = at_the_first_of(numbered(5), make_queue())
    requests[2].cancel()
    assert [model.take().request for _ in range(3)] == [requests[4], requests[3], requests[1]]


def test_nothing_refers_to_a_request_that_is_answered():
    """Without a garbage collection, because that may be long in coming and the message may be large."""
    model, array = Paused(RequestQueue(), Timer(), 1), np.ones((1, 1))
    remaining = weakref.ref(array)
    gc.disable()
    try:
        model.ask(Request("predict", Payload("tensor", array)), lambda *answer: None)
        model.take().answer(Payload(), None)
        del array
        assert remaining() is None
    finally:
        gc.enable()
