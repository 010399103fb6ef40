"""seldon_runtime.model.queueing: no request is lost, and none is answered twice."""

import time
import weakref

import numpy as np
import pytest
from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import REST, Payload
from seldon_runtime.errors import Cancelled, Overloaded, TimedOut
from seldon_runtime.messages import Request
from seldon_runtime.model.batching import BatchingQueue
from seldon_runtime.model.deadline import DeadlineModel
from seldon_runtime.model.request_queue import RequestQueue
from seldon_runtime.system.timer import Timer
from support.begun import Answers
from support.held import no_collections
from support.paused_model import Paused
from support.stub_model import settings


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
    with no_collections():
        model.ask(Request("predict", Payload("tensor", array)), lambda *answer: None)
        model.take().answer(Payload(), None)
        del array
        assert remaining() is None
