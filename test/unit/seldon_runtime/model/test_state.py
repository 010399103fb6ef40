"""seldon_runtime.model.state and seldon_component.state.channel: the two ends of the requests for a state."""

import contextlib
import dataclasses
import io
import os
import queue
import signal
import tempfile
from typing import Any

import pytest
from seldon_component.errors import BadState, Unavailable
from seldon_component.payload import Payload
from seldon_component.state import dictionary as state_dict
from seldon_component.state.channel import StateChannel
from seldon_runtime.config.environment import read_settings
from seldon_runtime.messages import Request
from seldon_runtime.model.request_queue import QueuedRequest
from seldon_runtime.model.separate.process import ComponentProcess
from seldon_runtime.model.state import StateOfObject, StateOfProcess
from support.waiting import eventually

SOURCE = """
import errno, os, signal, time

def unforkable():
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

class Keeping(object):
    def __init__(self):
        self.word = u"constructed"

    def predict(self, X):
        if X == u"bury":
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        if X == u"unforkable":
            os.fork = unforkable
        self.word = X
        return u"%s %d" % (self.word, os.getpid())

    def get_state(self):
        if self.word == u"raise":
            raise ValueError(u"ros\\xe9")
        if self.word == u"none":
            return {u"word": None}
        if self.word == u"hang":
            time.sleep(600)
        if self.word == u"die":
            os.kill(os.getpid(), 9)
        if self.word == u"exit":
            raise SystemExit(3)
        if self.word == u"interrupt":
            raise KeyboardInterrupt
        return {u"word": self.word, u"pid": os.getpid()}

    def set_state(self, state):
        if state[u"word"] == u"refuse":
            raise ValueError("refused")
        self.word = state[u"word"]
"""


@contextlib.contextmanager
def running(folder, model_python=None, **changes):
    """(ComponentProcess, StateOfProcess) of the class above, constructed and waiting for its state."""
    (folder / "keeping.py").write_text(SOURCE)
    settings = read_settings(["keeping.Keeping"], folder, folder / "none")
    persistence = dataclasses.replace(settings.persistence, **{"timeout": 60, **changes})
    settings = dataclasses.replace(
        settings, persistence=persistence, model_python=model_python or settings.model_python)
    state = StateOfProcess(settings)
    run = ComponentProcess(settings, state=state)
    try:
        yield run, state
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        run.close()


@contextlib.contextmanager
def loaded(folder, **changes):
    with running(folder, **changes) as (run, state):
        state.fresh()
        assert run.wait_until_loaded()["name"] == "Keeping"
        yield run, state


def say(run, word):
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    run.give(QueuedRequest(Request("predict", Payload("strData", word)), lambda *answer: answers.put(answer)))
    run.send()
    return answers.get(timeout=60)[0].data


def put(state, word):
    """Write a state into the file, and say what it is."""
    state.file.seek(0)
    state.file.truncate()
    state_dict.write({"word": word}, state.file)
    return {"class": "keeping.Keeping", "form": "dict", "python": "3.13.0", "packages": {}}


@pytest.mark.parametrize(("fork", "in_memory"), [(True, False), (False, False), (True, True)])
def test_a_snapshot_is_what_the_object_is_and_a_restored_one_goes_on_from_there(
    fork, in_memory, tmp_path, model_python, monkeypatch
):
    if in_memory:  # as in a container whose file system is read-only
        monkeypatch.setattr(tempfile, "tempdir", "/proc/no-such-folder")
    with loaded(tmp_path, fork=fork, model_python=model_python) as (run, state):
        pid = say(run, "rose").split()[1]
        described = state.snapshot()
        assert (described["class"], described["form"]) == ("keeping.Keeping", "dict")
        payload = state.file.read()
        assert b'"rose"' in payload
        assert (b'"number", %b' % pid.encode() in payload) == (not fork)  # a copy has taken it, or it itself
        say(run, "tulip")
        state.restore(put(state, "rose"))
        assert b'"rose"' in (state.snapshot(), state.file.read())[1]


def test_a_stored_state_is_there_before_the_component_describes_itself(tmp_path, model_python):
    with running(tmp_path, model_python=model_python) as (run, state):
        state.restore(put(state, "rose"))
        assert run.wait_until_loaded()["name"] == "Keeping"
        assert b'"rose"' in (state.snapshot(), state.file.read())[1]


def test_a_component_waits_for_a_state_that_it_can_take(tmp_path):
    with running(tmp_path) as (run, state):
        with pytest.raises(BadState, match="ValueError: refused"):
            state.restore(put(state, "refuse"))
        with pytest.raises(BadState, match="it is of class x.Other, and this is keeping.Keeping"):
            state.restore({**put(state, "rose"), "class": "x.Other"})
        state.restore(put(state, "rose"))
        assert run.wait_until_loaded()["name"] == "Keeping"


@pytest.mark.parametrize("fork", [True, False])
@pytest.mark.parametrize(("word", "text"), [
    ("raise", "ValueError: rosé"), ("none", "get_state: 'word': expected an array, a number, text or bytes, found null"), ("exit", "SystemExit: 3"),
    ("interrupt", "KeyboardInterrupt: "),
])
def test_why_there_is_no_snapshot_is_said_and_the_next_one_succeeds(word, text, fork, tmp_path, model_python):
    with loaded(tmp_path, fork=fork, model_python=model_python) as (run, state):
        say(run, word)
        with pytest.raises(BadState) as caught:
            state.snapshot()
        assert str(caught.value) == text
        say(run, "rose")
        assert state.snapshot()["form"] == "dict"


@pytest.mark.parametrize(("word", "number"), [("die", signal.SIGKILL), ("hang", signal.SIGALRM)])
def test_a_copy_that_is_ended_is_a_failed_snapshot_alone(word, number, tmp_path, model_python):
    with loaded(tmp_path, timeout=1, model_python=model_python) as (run, state):
        state.snapshot()  # which is not taken for the failed one, although it lies in the same file
        say(run, word)
        with pytest.raises(BadState, match=f"the copy that takes the snapshot was ended by signal {number:d}"):
            state.snapshot()
        say(run, "rose")
        assert state.snapshot()["form"] == "dict"


@pytest.mark.parametrize("fork", [True, False])
def test_a_snapshot_has_nothing_of_a_longer_one_before_it(fork, tmp_path, model_python):
    with loaded(tmp_path, fork=fork, model_python=model_python) as (run, state):
        say(run, "rose" * 100000)
        state.snapshot()
        say(run, "tulip")
        state.snapshot()
        payload = io.BytesIO(state.file.read())
        assert state_dict.read(payload)["word"] == "tulip"


def test_a_snapshot_in_place_has_nothing_of_a_longer_one_before_it():
    user = Noted()
    state = StateOfObject(user, lambda call: call())
    for user.word in ("rose" * 100000, "tulip"):
        state.snapshot()
    assert state_dict.read(io.BytesIO(state.file.read())) == {"word": "tulip"}


class Noted:
    def get_state(self):
        return {"word": self.word}

    def set_state(self, state):
        self.word = state["word"]


def test_a_class_that_buries_every_child_itself_has_its_state_saved(tmp_path, model_python):
    with loaded(tmp_path, model_python=model_python) as (run, state):
        say(run, "bury")
        say(run, "rose")
        assert state.snapshot()["form"] == "dict"
        say(run, "raise")
        with pytest.raises(BadState, match="ValueError: rosé"):
            state.snapshot()


def test_where_no_process_can_be_forked_the_component_goes_on(tmp_path, model_python):
    with loaded(tmp_path, model_python=model_python) as (run, state):
        say(run, "unforkable")
        with pytest.raises(BadState, match="no copy could be forked to take the snapshot: Resource temporarily unavailable"):
            state.snapshot()
        say(run, "rose")


def test_no_copy_stays_behind_unburied(tmp_path):
    with loaded(tmp_path) as (run, state):
        for _ in range(3):
            state.snapshot()
        children = f"/proc/{run.pid}/task/{run.pid}/children"
        eventually(lambda: not open(children).read(), "every copy was buried")


def test_a_component_that_has_ended_is_unavailable(tmp_path):
    with loaded(tmp_path) as (run, state):
        os.kill(run.pid, signal.SIGKILL)
        with pytest.raises(Unavailable, match="the component's process has ended"):
            state.snapshot()


def test_whoever_waits_for_an_answer_hears_of_the_end(tmp_path):
    with loaded(tmp_path) as (_, state):
        state.end()
        with pytest.raises(Unavailable):
            state.snapshot()


class Ended(Exception):
    """In the place of the end of a child process."""


class Child:
    def end_any_child(self):
        raise Ended


def test_a_child_of_the_constructor_never_reads_the_state():
    with pytest.raises(Ended):
        StateChannel(None, 0, False, 1, Child()).begin(Child())
