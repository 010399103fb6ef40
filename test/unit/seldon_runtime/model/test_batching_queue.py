"""seldon_runtime.model.batching.BatchingQueue: which requests share a batch, and what becomes of one that fails."""

from typing import Any

import numpy as np
import pytest
from seldon_component.errors import Unavailable
from seldon_component.payload import GRPC, REST, Payload
from seldon_component.user_class import batch
from seldon_runtime.messages import Request
from seldon_runtime.model.batching import BatchingQueue
from seldon_runtime.model.request_queue import QueuedRequest
from support.batches import FOREVER, matrix


class Queued:
    """A BatchingQueue in front of a busy component whose class takes batches over REST."""

    def __init__(self, most=100, delay=0.0, **description):
        self.queue, self.answers = BatchingQueue(most, delay), []
        self.retried: list[QueuedRequest] = []
        self.queue.retry = self.retried.extend
        self.queue.describe_component({"batches": [REST], **description})

    def put(self, method, content, wire=REST, idle=False):
        queued = QueuedRequest(Request(method, content, wire), lambda *answer: self.answers.append(answer))
        self.queue.put(queued, lambda: idle)
        return queued


@pytest.mark.parametrize(("method", "content", "wire"), [
    ("predict", Payload("strData", "x"), REST), ("predict", Payload("tensor", np.ones(3)), REST), ("predict", matrix(1), GRPC),
    ("send_feedback", matrix(1), REST), ("health_status", Payload(), REST), ("aggregate", [matrix(1)], REST),
    ("predict", matrix(*range(100)), REST),
], ids=["text", "vector", "other wire", "feedback", "health", "list", "as many rows as allowed"])
def test_what_cannot_be_stacked_waits_for_no_company(method, content, wire):
    queued = Queued(delay=FOREVER)
    alone = queued.put(method, content, wire)
    assert queued.queue.take() is alone


def test_a_withdrawn_request_makes_room_in_its_batch():
    queued = Queued(most=3, delay=FOREVER)
    first, second = (queued.put("predict", matrix(number, number)) for number in (1, 2))  # full, and one that waits
    assert queued.queue.discard(first)
    assert not queued.queue.discard(first)
    assert (queued.queue.waiting(), len(queued.queue)) == ([second], 1)
    queued.put("predict", matrix(3))
    taken = queued.queue.take()
    assert taken is not None and isinstance(taken.request.content, list)
    assert [one.data.tolist() for one in taken.request.content] == [[[2], [2]], [[3]]]
    assert (queued.queue.take(), len(queued.queue)) == (None, 0)


def test_a_component_that_is_not_there_is_not_asked_again():
    queued = Queued()
    members = [queued.put("predict", matrix(number)) for number in (1, 2)]
    batch_of_two = queued.queue.take()
    assert batch_of_two is not None and isinstance(batch_of_two.request.content, list)
    assert (batch_of_two.request.method, len(batch_of_two.request.content)) == (batch.METHOD, len(members))
    batch_of_two.answer(None, Unavailable("restarting"))
    assert [str(error) for _, error in queued.answers] == ["restarting"] * 2
    assert queued.retried == []


def test_a_batch_whose_response_is_none_of_a_batch_leaves_no_request_without_one():
    queued = Queued()
    for number in (1, 2):
        queued.put("predict", matrix(number))
    joined = queued.queue.take()
    assert joined is not None
    joined.answer(matrix(1), None)
    assert len(queued.retried) == 2


def test_a_class_that_cannot_be_batched_is_named_once_in_the_log(caplog):
    queued = Queued(batches=[])
    taken = [queued.put("predict", matrix(number)) and queued.queue.take() for number in (1, 2)]
    assert [one and one.request.method for one in taken] == ["predict"] * 2
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("BATCH_MAX_SIZE has no effect")


def test_each_request_of_a_batch_has_the_times_of_the_call_and_the_class_gets_all_traceparents():
    queue, answers = BatchingQueue(10, 0.0), []
    queue.describe_component({"batches": [REST]})
    requests = [Request("predict", matrix(number), REST, trace_parent) for number, trace_parent in enumerate(["00-1", "", "00-2"])]
    for request in requests:
        queue.put(QueuedRequest(request, lambda *answer: answers.append(answer)), lambda: False)
    joined = queue.take()
    assert joined is not None
    assert joined.request.trace_parent == "00-1,00-2"
    joined.request.call_times = (1.5, 0.25)
    parts: Any = [matrix(0), matrix(1), matrix(2)]
    joined.answer(parts, None)
    assert [request.call_times for request in requests] == [(1.5, 0.25)] * 3
    assert len(answers) == 3
