"""seldon_runtime.model.separate.crash_loop: a class that crashes again and again is started again, or ends the server."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.errors import Unavailable
from seldon_runtime.errors import ModelCrashed
from seldon_runtime.model.separate import crash_loop
from support.obeying_models import ready, say
from support.waiting import eventually


def test_crashes_in_a_row_end_the_server_with_18_if_it_is_told_to(tmp_path):
    with ready("separate", tmp_path, restart_limit=1, on_crash_loop="exit") as (model, failures):
        for code in (1, 2):
            with pytest.raises(ModelCrashed):
                say(model, f"exit {code}")
        assert failures.next() == 18
        assert (model.ready, model.restarts) == (False, 1)


def test_a_limit_of_zero_forgives_no_crash(tmp_path):
    with ready("separate", tmp_path, restart_limit=0, on_crash_loop="exit") as (model, failures):
        with pytest.raises(ModelCrashed):
            say(model, "exit 1")
        assert failures.next() == 18


def test_a_response_in_between_begins_a_new_count(tmp_path):
    with ready("separate", tmp_path, restart_limit=1) as (model, failures):
        for code in (1, 2, 3):
            say(model, "pid")
            with pytest.raises(ModelCrashed):
                say(model, f"exit {code}")
        assert say(model, "count here") == "counted"
        assert failures.none()


def test_in_a_crash_loop_the_server_refuses_requests_and_serves_again(tmp_path, monkeypatch):
    monkeypatch.setattr(crash_loop, "_LONGEST_WAIT", 0.05)
    with ready("separate", tmp_path, restart_limit=0) as (model, failures), ThreadPoolExecutor(2) as threads:
        (tmp_path / "hold").touch()
        crashing = threads.submit(say, model, "hold_and_exit it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        behind = threads.submit(say, model, "count behind")
        eventually(lambda: model.waiting, "it waited")
        (tmp_path / "it").touch()
        with pytest.raises(ModelCrashed):
            crashing.result(60)
        for refused in (behind.result, lambda _: say(model, "pid")):
            with pytest.raises(Unavailable, match="the component has crashed again and again; the server goes on trying"):
                refused(60)
        assert not model.ready
        (tmp_path / "load").touch()
        eventually(lambda: model.ready, "it was loaded again")
        assert say(model, "count here") == "counted"
        assert failures.none()
    assert not (tmp_path / "behind").exists()


def test_a_restart_that_fails_is_tried_again(tmp_path, monkeypatch):
    """For example because no file descriptor is left."""
    monkeypatch.setattr(crash_loop, "_FIRST_WAIT", 0.01)
    with ready("separate", tmp_path) as (model, failures):
        real, failing = subprocess.Popen, [OSError(24, "Too many open files")] * 2

        def popen(*arguments, **more):
            if failing:
                raise failing.pop()
            return real(*arguments, **more)

        monkeypatch.setattr(subprocess, "Popen", popen)
        with pytest.raises(ModelCrashed):
            say(model, "exit 1")
        assert say(model, "count here") == "counted"
        assert (failing, failures.none()) == ([], True)


def test_what_is_stopped_between_a_crash_and_the_restart_starts_no_other_process(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        for _ in range(2):  # it waits before the restart after the second crash in a row
            with pytest.raises(ModelCrashed):
                say(model, "exit 1")
        loads = (tmp_path / "loads").read_text()
        model.stop()
        eventually(lambda: not model._workers[0]._thread.is_alive(), "nobody watches it any longer")
        assert (tmp_path / "loads").read_text() == loads
