"""seldon_runtime.model.separate.model: the component's process dies in every way, and the server goes on."""

import os
import signal
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import Payload
from seldon_runtime.errors import Cancelled, ModelCrashed
from seldon_runtime.messages import Request
from seldon_runtime.model.request_queue import QueuedRequest
from seldon_runtime.model.separate import window, worker
from support.begun import answers_of
from support.obeying_models import ready, say, started
from support.stub_model import ask
from support.waiting import eventually


@pytest.mark.parametrize(("word", "how"), [
    ("exit 3", "exit code 3"), ("exit 0", "exit code 0"), ("segfault", f"signal {signal.SIGSEGV:d}, SIGSEGV"),
])
def test_a_crash_answers_its_request_and_the_next_one_finds_a_new_process(word, how, tmp_path, model_python):
    with ready("separate", tmp_path, model_python=model_python) as (model, failures):
        before = say(model, "pid")
        with pytest.raises(ModelCrashed) as caught:
            say(model, word)
        assert str(caught.value) == f"the component's process ended ({how}) while answering this request"
        assert say(model, "pid") != before
        assert (model.restarts, failures.none()) == (1, True)


@pytest.mark.parametrize("others", [3, 30])
def test_a_crash_fails_its_own_request_and_those_in_the_queue_are_asked_again(others, tmp_path):
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(others + 1) as threads:
        crashing = threads.submit(say, model, "hold_and_exit it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        waiting = [threads.submit(say, model, "count calls") for _ in range(others)]
        (tmp_path / "it").touch()
        with pytest.raises(ModelCrashed, match="exit code 3"):
            crashing.result(60)
        assert [one.result(60) for one in waiting] == ["counted"] * others
    assert (tmp_path / "calls").read_text() == "x" * others


def test_a_process_killed_from_outside_is_a_crash_of_what_it_worked_on(tmp_path):
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        pid = int(say(model, "pid"))
        begun = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ModelCrashed, match="signal 9, SIGKILL"):
            begun.result(60)
        assert int(say(model, "pid")) != pid


def test_a_process_that_dies_idle_is_replaced_and_no_request_fails(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        pid = int(say(model, "pid"))
        os.kill(pid, signal.SIGKILL)
        assert int(say(model, "pid")) != pid


def test_an_orphan_that_holds_the_sockets_keeps_nobody_waiting(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        with pytest.raises(ModelCrashed, match="exit code 4"):
            say(model, "leave_orphan")
        orphan = int((tmp_path / "orphan").read_text())
        try:
            os.kill(orphan, 0)  # it lives
            assert say(model, "count here") == "counted"
        finally:
            os.kill(orphan, signal.SIGKILL)


def test_requests_that_no_frame_can_carry_leave_nothing_behind(tmp_path):
    with ready("separate", tmp_path) as (model, failures):
        for _ in range(3):
            with pytest.raises(CallError, match="the server failed on this request; its log says why"):
                ask(model, "predict", Payload("jsonData", object()))
        assert say(model, "count here") == "counted"
        assert failures.none()


def test_a_signal_without_a_name_is_reported_by_its_number(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        with pytest.raises(ModelCrashed, match=r"\(signal 40, of no name\)"):
            say(model, "kill 40")


def restarting(folder, model):
    """The process has crashed, and its successor's load() waits for the file `load`."""
    (folder / "hold").touch()
    with pytest.raises(ModelCrashed):
        say(model, "exit 1")
    eventually(lambda: (folder / "loads").read_text() == "xx", "the second load() had begun")


def test_a_request_waits_for_the_new_process(tmp_path):
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        restarting(tmp_path, model)
        assert not model.ready
        begun = threads.submit(say, model, "count here")
        (tmp_path / "load").touch()
        assert begun.result(60) == "counted"


def test_a_request_waits_no_longer_than_the_limit(tmp_path):
    with ready("separate", tmp_path, restart_wait=0.01) as (model, _):
        restarting(tmp_path, model)
        with pytest.raises(Unavailable, match="the component is restarting"):
            say(model, "pid")


def test_a_request_that_waits_hears_of_the_end(tmp_path):
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        restarting(tmp_path, model)
        begun = threads.submit(say, model, "pid")
        model.stop()
        with pytest.raises(Unavailable, match="the server is shutting down"):
            begun.result(60)


def test_a_class_at_work_is_killed_once_the_time_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "_STOP_TIMEOUT", 600.0)
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        pid = int(say(model, "pid"))
        begun = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        model.stop(0.0)
        assert not lives(pid)
        with pytest.raises((ModelCrashed, Unavailable)):
            begun.result(60)


def test_a_component_that_hangs_is_killed_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "_STOP_TIMEOUT", 0.1)
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        pid = int(say(model, "pid"))
        begun = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        model.stop()
        eventually(lambda: not lives(pid), "the process was killed")
        with pytest.raises((ModelCrashed, Unavailable)):
            begun.result(60)


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("load", "code", "how"), [
    ("        os._exit(0)", 16, "exit code 0"), ("        os._exit(42)", 42, "exit code 42"),
    ("        os._exit(16)", 16, "exit code 16"), ("        os._exit(18)", 18, "exit code 18"),
    ("        os.kill(os.getpid(), 9)", 16, "signal 9, SIGKILL"),
])
def test_a_process_that_ends_while_it_loads_is_not_started_again(load, code, how, tmp_path, caplog):
    with started("separate", tmp_path, load=load) as (model, failures):
        assert failures.next() == code
    assert (tmp_path / "loads").read_text() == "x"
    assert caplog.messages == [f"the component's process ended ({how}) while loading"]


def test_a_failure_that_the_process_has_explained_is_not_explained_twice(tmp_path, caplog, capfd):
    with started("separate", tmp_path, load="        raise ValueError('bad')") as (model, failures):
        assert failures.next() == 16
    assert caplog.messages == []
    assert "ValueError: bad" in capfd.readouterr().err


def test_a_wait_of_an_earlier_restart_does_not_count(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        only = model._workers[0]
        queued = QueuedRequest(Request("predict", Payload("strData", "pid")), lambda payload, error: None)
        with model._lock:
            process, only.process = only.process, None
            model._queue.put(queued, lambda: False)
            outage = model._outages
            only.process = process
        model._worker_changed([])
        with model._lock:
            only.process = None
            model._queue.put(queued, lambda: False)
        model._give_up([weakref.ref(queued)], outage)
        with model._lock:
            assert model._queue.waiting() == [queued]
            only.process = process
        model._give_up([weakref.ref(queued)], outage)


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
