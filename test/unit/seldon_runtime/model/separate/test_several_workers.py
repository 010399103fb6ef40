"""seldon_runtime.model.separate.model: several processes of one component, which serve while any of them does."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.errors import Unavailable
from seldon_runtime.errors import ModelCrashed
from support.obeying_models import SOURCE, ready, say, started
from support.waiting import eventually


def two(folder, **more):
    return ready("workers", folder, **more)


def busy_with(threads, model, folder, name):
    """A request that one of the processes is at work on, until the file of that name is there."""
    begun = threads.submit(say, model, f"hold {name}")
    eventually((folder / f"{name}.begun").exists, f"{name} had begun")
    return begun


def pids(model):
    """Those of the processes that have nothing to do, as often as asked."""
    return {say(model, "pid") for _ in range(20)}


def test_requests_are_worked_on_side_by_side(tmp_path):
    with two(tmp_path) as (model, _), ThreadPoolExecutor(2) as threads:
        begun = [busy_with(threads, model, tmp_path, name) for name in "ab"]  # both have begun
        for name in "ab":
            (tmp_path / name).touch()
        assert [one.result(60) for one in begun] == ["released"] * 2


def test_nobody_waits_behind_a_slow_request_while_another_process_is_idle(tmp_path):
    with two(tmp_path) as (model, _), ThreadPoolExecutor(20) as threads:
        slow = busy_with(threads, model, tmp_path, "slow")
        assert list(threads.map(lambda _: say(model, "count calls"), range(100))) == ["counted"] * 100
        (tmp_path / "slow").touch()
        assert slow.result(60) == "released"


def test_requests_that_find_all_busy_wait_and_none_is_lost(tmp_path):
    with two(tmp_path) as (model, _), ThreadPoolExecutor(20) as threads:
        slow = [busy_with(threads, model, tmp_path, name) for name in "ab"]
        waiting = [threads.submit(say, model, "count calls") for _ in range(18)]
        for name in "ab":
            (tmp_path / name).touch()
        assert [one.result(60) for one in slow + waiting] == ["released"] * 2 + ["counted"] * 18
    assert (tmp_path / "calls").read_text() == "x" * 18


def test_it_is_ready_once_all_are_loaded_and_not_before(tmp_path):
    (tmp_path / "hold").touch()
    load = "        if self.is_second(): wait_for('second')"
    source = SOURCE + """
    def is_second(self):
        try:
            os.mkdir("first")
        except OSError:
            return True
"""
    with started("workers", tmp_path, load, source) as (model, _):
        (tmp_path / "load").touch()
        eventually(lambda: sum(bool(worker.process) for worker in model._workers) == 1, "one was loaded")
        assert (model.ready, model.description) == (False, {})
        with pytest.raises(Unavailable, match="the component is not loaded yet"):
            say(model, "pid")
        (tmp_path / "second").touch()
        eventually(lambda: model.ready, "both were loaded")
        assert model.description["methods"] == ["predict"]


def crashed(model, folder, count=1):
    """`count` processes have crashed, and their successors' load() waits for the file `load`."""
    before = len((folder / "loads").read_text())
    (folder / "hold").touch()
    for _ in range(count):
        with pytest.raises(ModelCrashed):
            say(model, "exit 1")
    eventually(lambda: len((folder / "loads").read_text()) == before + count, "the next load() had begun")


def test_while_one_restarts_the_others_serve(tmp_path):
    with two(tmp_path) as (model, failures):
        crashed(model, tmp_path)
        assert model.ready
        assert len(pids(model)) == 1
        (tmp_path / "load").touch()
        eventually(lambda: all(worker.process for worker in model._workers), "both served again")
        assert (model.restarts, failures.none()) == (1, True)


def test_a_process_that_dies_idle_costs_no_request(tmp_path):
    with two(tmp_path) as (model, _):
        (tmp_path / "hold").touch()
        for pid in pids(model):
            os.kill(int(pid), signal.SIGKILL)
        assert int(next(iter(pids(model)))) > 0


def test_requests_in_the_queue_survive_the_crash_of_every_process(tmp_path):
    with two(tmp_path) as (model, _), ThreadPoolExecutor(8) as threads:
        crashing = [threads.submit(say, model, f"hold_and_exit {name}") for name in "ab"]
        for name in "ab":
            eventually((tmp_path / f"{name}.begun").exists, "the call had begun")
        waiting = [threads.submit(say, model, "count calls") for _ in range(6)]
        for name in "ab":
            (tmp_path / name).touch()
        assert [one.result(60) for one in waiting] == ["counted"] * 6
        assert [isinstance(one.exception(60), ModelCrashed) for one in crashing] == [True, True]
        assert model.restarts == 2


def test_with_none_left_it_is_not_ready_and_a_request_waits_for_the_first_that_is(tmp_path):
    with two(tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        crashed(model, tmp_path, count=2)
        assert not model.ready
        begun = threads.submit(say, model, "count here")
        (tmp_path / "load").touch()
        assert begun.result(60) == "counted"


def test_with_none_left_a_request_waits_no_longer_than_the_limit(tmp_path):
    with two(tmp_path, restart_wait=0.01) as (model, _):
        crashed(model, tmp_path, count=2)
        with pytest.raises(Unavailable, match="the component is restarting"):
            say(model, "pid")
        (tmp_path / "load").touch()
        eventually(lambda: model.ready, "it served again")
        assert say(model, "count here") == "counted"


def test_the_limit_is_not_for_requests_that_wait_for_a_busy_process(tmp_path):
    with two(tmp_path, restart_wait=0.0) as (model, _), ThreadPoolExecutor(3) as threads:
        slow = [busy_with(threads, model, tmp_path, name) for name in "ab"]
        waiting = threads.submit(say, model, "count here")
        eventually(lambda: len(model._queue), "it waited")
        for name in "ab":
            (tmp_path / name).touch()
        assert [one.result(60) for one in [*slow, waiting]] == ["released", "released", "counted"]


def test_one_that_crashes_again_and_again_ends_the_server_with_18(tmp_path):
    with two(tmp_path, restart_limit=0, on_crash_loop="exit") as (model, failures):
        with pytest.raises(ModelCrashed):
            say(model, "exit 1")
        assert failures.next() == 18


def test_a_load_that_fails_is_reported_with_its_exit_code(tmp_path):
    with started("workers", tmp_path, load="        raise ValueError('bad')") as (model, failures):
        assert failures.next() == 16
        assert not model.ready


def test_waiting_requests_are_answered_at_the_stop(tmp_path):
    with two(tmp_path) as (model, _), ThreadPoolExecutor(4) as threads:
        slow = [busy_with(threads, model, tmp_path, name) for name in "ab"]
        waiting = threads.submit(say, model, "pid")
        eventually(lambda: len(model._queue), "it waited")
        stopping = threads.submit(model.stop)
        with pytest.raises(Unavailable, match="the server is shutting down"):
            waiting.result(60)
        for name in "ab":
            (tmp_path / name).touch()
        stopping.result(60)
        assert not model.ready
        with pytest.raises(Unavailable, match="the server is shutting down"):
            say(model, "pid")
        for one in slow:
            one.exception(60)  # both are told something
