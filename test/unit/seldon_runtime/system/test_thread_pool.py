"""seldon_runtime.system.thread_pool: an Executor of daemon threads."""

import subprocess
import sys
import threading
import weakref

import pytest
from seldon_runtime.system.thread_pool import ThreadPool
from support.waiting import eventually

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
    workers, allowed = ThreadPool(1, "test"), threading.Event()
    done: list[int] = []
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


def test_an_idle_thread_refers_to_nothing_of_its_last_task():
    """The large body of a request would stay until the thread gets another one."""

    class Body:
        pass

    workers, body = ThreadPool(1, "test"), Body()
    gone = weakref.ref(body)
    workers.do(lambda _: None, body)
    del body
    eventually(lambda: gone() is None, "the argument was dropped")
