"""seldon_runtime.model: no request stays when it is over, because its message may be large."""

import weakref
from functools import partial

import numpy as np
import pytest
from seldon_component.payload import Payload
from seldon_runtime.messages import Request
from seldon_runtime.model.inline.class_thread import ClassThread
from seldon_runtime.model.request_queue import RequestQueue
from seldon_runtime.system.idle_memory import idle_memory
from seldon_runtime.system.timer import Timer
from support.held import no_collections
from support.obeying_models import ready, say
from support.paused_model import Paused
from support.waiting import eventually

SOURCE = """
import os, time
class Obeying(object):
    def load(self):
        while os.path.exists({folder!r} + "/hold"):
            time.sleep(0.005)
    def predict(self, X):
        if isinstance(X, str) and X == "pid":
            return str(os.getpid())
        if X[0, 0]:
            os._exit(3)
        return "done"
"""


def begin(model, value):
    """Send an array. Returns a weak reference to it, and the list that gets the kind of its response."""
    array, kinds = np.full((1, 1000), value), []
    model.ask(Request("predict", Payload("tensor", array)), lambda payload, error: kinds.append(type(error or payload).__name__))
    return weakref.ref(array), kinds


@pytest.mark.parametrize("has_successor", [True, False])
def test_a_request_goes_although_the_class_crashed_on_it(has_successor, tmp_path):
    with ready("separate", tmp_path, source=SOURCE) as (model, _), no_collections():
        if not has_successor:
            (tmp_path / "hold").touch()
        known, kinds = begin(model, 1)
        eventually(lambda: kinds == ["ModelCrashed"], "it was answered")
        if has_successor:
            say(model, "pid")
        eventually(lambda: known() is None, "nothing referred to it")
        (tmp_path / "hold").unlink(missing_ok=True)


def test_a_request_that_waited_for_a_restart_does_not_wait_for_the_longest_one(tmp_path):
    with ready("separate", tmp_path, source=SOURCE, restart_wait=3600.0) as (model, _), no_collections():
        (tmp_path / "hold").touch()
        _, crashed = begin(model, 1)
        eventually(lambda: crashed and not model.ready, "the class had crashed")
        known, kinds = begin(model, 0)
        (tmp_path / "hold").unlink()
        eventually(lambda: kinds == ["Payload"], "it was answered")
        eventually(lambda: known() is None, "nothing referred to it")


def test_an_idle_thread_of_the_class_refers_to_nothing_of_its_last_job():
    thread, array = ClassThread(), np.zeros(1000)
    known = weakref.ref(array)
    thread.start()
    thread.put(partial(len, array))
    del array
    eventually(lambda: known() is None, "the job was dropped")
    thread.put(None)


@pytest.mark.parametrize(("is_cancelled", "times"), [(False, 0), (True, 1)])
def test_memory_is_given_back_once_the_class_has_ended_with_a_request_that_nobody_waits_for(is_cancelled, times, monkeypatch):
    """The transport has ended with it before, and the class may take long."""
    found, model = [], Paused(RequestQueue(), Timer(), 1)
    monkeypatch.setattr(idle_memory, "note_large_message", lambda: found.append("large"))
    request = Request("predict", Payload())
    model.ask(request, lambda *answer: None)
    queued = model.take()
    assert queued
    if is_cancelled:
        request.cancel()
    assert found == []
    queued.answer(Payload(), None)
    assert found == ["large"] * times
