"""workers.ThreadPool: an Executor of daemon threads; model_deadline.ModelWithDeadline, which waits on it."""

import subprocess
import sys
import threading

import pytest
from seldon_component.errors import BadPayload
from seldon_component.payload import GRPC, REST, Payload
from seldon_runtime.errors import TimedOut
from seldon_runtime.model.deadline import DeadlineModel
from seldon_runtime.system.thread_pool import ThreadPool
from stub_model import StubModel, settings

_LIMIT = 60  # seconds; only a failing test waits for so long


def test_a_job_s_result_and_its_exception_come_back():
    workers = ThreadPool(1, "test")
    assert workers.submit(lambda a, b: a + b, 1, b=2).result(_LIMIT) == 3
    with pytest.raises(ZeroDivisionError):
        workers.submit(lambda: 1 / 0).result(_LIMIT)
    assert workers.submit(len, "ab").result(_LIMIT) == 2


def test_there_are_as_many_threads_as_jobs_at_a_time_up_to_the_most():
    workers, meeting = ThreadPool(3, "test"), threading.Barrier(3)
    assert sorted(workers.map(lambda _: meeting.wait(_LIMIT), range(3))) == [0, 1, 2]
    assert sorted(workers.map(lambda _: meeting.wait(_LIMIT), range(9))) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_job_that_is_cancelled_in_the_queue_is_never_done():
    workers, allowed, done = ThreadPool(1, "test"), threading.Event(), []
    first = workers.submit(allowed.wait, _LIMIT)
    second, third = workers.submit(done.append, 2), workers.submit(done.append, 3)
    assert second.cancel()
    allowed.set()
    third.result(_LIMIT)
    assert (first.result(_LIMIT), done) == (True, [3])


def test_a_thread_that_hangs_lets_the_process_end():
    code = (
        "from seldon_runtime.system.thread_pool import ThreadPool; import threading; begun = threading.Event()\n"
        "ThreadPool(1, 'test').submit(lambda: (begun.set(), threading.Event().wait())); begun.wait()"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=_LIMIT, check=False).returncode == 0


class Held(StubModel):
    """Answers in the order of asking, each when `allowed` is set."""

    def __init__(self):
        super().__init__({"predict": Payload("strData", "x"), "route": BadPayload("bad")})
        self.allowed = threading.Event()

    def call(self, method, question, wire=REST):
        assert self.allowed.wait(_LIMIT)
        return super().call(method, question, wire)


def test_only_a_wire_with_a_time_limit_gives_up():
    model = Held()
    limited = DeadlineModel(model, settings(rest_timeout=0.05, grpc_timeout=None))
    with pytest.raises(TimedOut, match="the component did not answer within 50 ms"):
        limited.call("predict", Payload(), REST)
    model.allowed.set()
    assert limited.call("predict", Payload(), GRPC).data == "x"


def test_a_call_in_time_gets_the_model_s_own_answer_or_error():
    model = Held()
    model.allowed.set()
    limited = DeadlineModel(model, settings(rest_timeout=_LIMIT, grpc_timeout=None))
    assert limited.call("predict", Payload(), REST).data == "x"
    with pytest.raises(BadPayload, match="bad"):
        limited.call("route", Payload(), REST)
    assert [wire for _, _, wire in model.asked] == [REST, REST]


def test_a_call_that_gave_up_before_its_turn_never_reaches_the_model():
    model = Held()
    limited = DeadlineModel(model, settings(rest_timeout=0.05, grpc_timeout=None, server_threads=1))
    for _ in range(2):
        with pytest.raises(TimedOut):
            limited.call("predict", Payload(), REST)
    model.allowed.set()
    limited._workers.submit(len, "").result(_LIMIT)  # its one thread has done what came before
    assert len(model.asked) == 1


def test_all_else_is_the_model_s_own():
    model = StubModel(restarts=3)
    limited = DeadlineModel(model, settings(rest_timeout=1.0))
    limited.start()
    limited.stop()
    assert (limited.ready, limited.restarts, limited.description) == (True, 3, model.description)
    assert model.asked == ["start", "stop"]
