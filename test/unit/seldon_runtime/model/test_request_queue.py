"""seldon_runtime.model.request_queue: requests leave in order, and each at most once."""

import time

from seldon_component.payload import Payload
from seldon_runtime.messages import Request
from seldon_runtime.model.request_queue import QueuedRequest, RequestQueue


def queued_request():
    return QueuedRequest(Request("predict", Payload()), lambda payload, error: None)


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
