"""seldon_runtime.system.timer: calls at their time, in one thread."""

import queue
import threading
import time
import weakref
from functools import partial

from seldon_runtime.system.timer import Timer
from support.waiting import eventually

_LIMIT = 60  # seconds; only a failing test waits for so long


def test_calls_come_in_the_order_of_their_times():
    timer, heard, now = Timer(), queue.SimpleQueue[tuple[str, float]](), time.monotonic()

    def hear(name):
        heard.put((name, time.monotonic()))

    for wait, name in ((0.06, "third"), (0.02, "first"), (0.04, "second")):
        timer.at(now + wait, partial(hear, name))
    found = [heard.get(timeout=_LIMIT) for _ in range(3)]
    assert [name for name, _ in found] == ["first", "second", "third"]
    assert all(when >= now + wait for (_, when), wait in zip(found, (0.02, 0.04, 0.06), strict=True))


def test_all_are_called_in_one_thread():
    timer, threads = Timer(), queue.SimpleQueue[threading.Thread]()
    for _ in range(3):
        timer.at(0.0, lambda: threads.put(threading.current_thread()))
    assert len({threads.get(timeout=_LIMIT) for _ in range(3)}) == 1


def test_a_cancelled_call_is_not_made():
    timer, heard = Timer(), queue.SimpleQueue[str]()
    timer.cancel(timer.at(time.monotonic() + 0.02, lambda: heard.put("cancelled")))
    timer.at(time.monotonic() + 0.04, lambda: heard.put("kept"))
    assert heard.get(timeout=_LIMIT) == "kept"
    assert heard.empty()


def test_a_call_that_fails_does_not_end_the_thread(caplog):
    timer, heard = Timer(), queue.SimpleQueue[str]()

    def fail():
        raise ZeroDivisionError

    timer.at(0.0, fail)
    timer.at(time.monotonic(), lambda: heard.put("next"))
    assert heard.get(timeout=_LIMIT) == "next"
    assert caplog.messages == ["a timed call failed"]


def test_cancelled_calls_do_not_pile_up():
    timer = Timer()
    for _ in range(10_000):
        timer.cancel(timer.at(time.monotonic() + 3600, print))
    assert len(timer._heap) < 1_000


def test_nothing_refers_to_the_last_call():
    """It may be that of a large request whose deadline has passed."""

    class Body:
        def read(self):
            pass

    timer, body = Timer(), Body()
    gone = weakref.ref(body)
    timer.at(time.monotonic(), body.read)
    del body
    eventually(lambda: gone() is None, "the call was dropped")
