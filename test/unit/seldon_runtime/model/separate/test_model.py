"""seldon_runtime.model.separate.model: the component's process dies in every way, and the server goes on."""

import dataclasses
import os
import queue
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import Payload
from seldon_runtime.config.environment import read_settings
from seldon_runtime.errors import CrashingRequest, ModelCrashed
from seldon_runtime.messages import Request
from seldon_runtime.model.separate import class_check, crash_loop, hang_watch, launch, window, worker
from seldon_runtime.model.separate.component_user import PACKAGES
from seldon_runtime.system import turn as turns
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


@pytest.mark.parametrize(("size", "ahead"), [(1, 15), (65_536, 2), (8_388_608, 1)])
def test_a_process_of_a_fast_class_is_given_no_more_than_keeps_it_busy(size, ahead, tmp_path, monkeypatch):
    """16 requests with the one that it works on, or fewer by their bytes. All others wait in the queue."""
    monkeypatch.setattr(window, "_LEAST", 16)
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(20) as threads:
        holding = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        process = model._workers[0].process
        for _ in range(19):
            threads.submit(ask, model, "predict", Payload("strData", "count " + "x" * size))
        try:
            eventually(lambda: model.waiting == 19, "all requests waited")
            assert process.waiting == ahead
        finally:
            (tmp_path / "it").touch()
        holding.result(60)


def test_the_thread_that_waits_with_a_large_request_is_kept_for_the_next(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        for _ in range(8):
            ask(model, "predict", Payload("strData", "pid", meta={"tags": {"large": "x" * 8_388_608}}))
    assert 1 <= sum(thread.name.startswith("model-writer") for thread in threading.enumerate()) <= 4


def test_requests_of_one_turn_travel_together(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_LONGEST_HOLD", 60)
    with ready("separate", tmp_path) as (model, _):
        writer, sent = model._workers[0].process._writer, []
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        write = writer._write_now

        def write_now(buffers):
            sent.append(len(buffers))
            return write(buffers)

        monkeypatch.setattr(writer, "_write_now", write_now)
        requests = [Request("predict", Payload("strData", "count here")) for _ in range(2)]
        with turns.turn:
            for request in requests:
                model.ask(request, lambda *answer: answers.put(answer))
            assert sent == []
        for _ in range(2):
            assert answers.get(timeout=60)[1] is None
    assert sent == [2]


def test_a_process_killed_from_outside_is_a_crash_of_what_it_worked_on(tmp_path):
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        pid = int(say(model, "pid"))
        begun = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ModelCrashed, match="signal 9, SIGKILL"):
            begun.result(60)
        assert int(say(model, "pid")) != pid


def test_the_component_sees_no_other_package_of_the_servers(tmp_path, model_python, monkeypatch):
    """In an image, the server's numpy lies beside seldon_component, and is that of another Python."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "seldon_component").symlink_to(PACKAGES / "seldon_component")
    (packages / "numpy.py").write_text("raise ImportError('the numpy of the server')")
    monkeypatch.setattr(launch, "PACKAGES", packages)
    with ready("separate", tmp_path, model_python=model_python) as (model, _):
        assert say(model, "count one") == "counted"


def test_a_process_that_dies_idle_is_replaced_and_no_request_fails(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        pid = int(say(model, "pid"))
        os.kill(pid, signal.SIGKILL)
        assert int(say(model, "pid")) != pid


def test_what_is_stopped_between_a_crash_and_the_restart_starts_no_other_process(tmp_path):
    with ready("separate", tmp_path) as (model, _):
        for _ in range(2):  # it waits before the restart after the second crash in a row
            with pytest.raises(ModelCrashed):
                say(model, "exit 1")
        loads = (tmp_path / "loads").read_text()
        model.stop()
        eventually(lambda: not model._workers[0]._thread.is_alive(), "nobody watches it any longer")
        assert (tmp_path / "loads").read_text() == loads


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


def test_a_request_that_crashed_the_class_twice_no_longer_reaches_it(tmp_path, model_python, monkeypatch):
    monkeypatch.setattr(crash_loop, "_FIRST_WAIT", 0.01)
    with ready("separate", tmp_path, model_python=model_python) as (model, _):
        for _ in range(2):
            with pytest.raises(ModelCrashed):
                ask(model, "predict", Payload("strData", "exit 1", meta={"puid": "a"}))
        with pytest.raises(CrashingRequest, match="found one that crashed it 2 times; send it again in 600 s"):
            ask(model, "predict", Payload("strData", "exit 1", meta={"puid": "b"}))
        assert say(model, "count a") == "counted"
        assert model.restarts == 2


def test_copies_that_wait_are_refused_too(tmp_path):
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(6) as threads:
        holding = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        copies = [threads.submit(say, model, "exit 1") for _ in range(5)]
        eventually(lambda: model.waiting == 5, "all of them waited")
        (tmp_path / "it").touch()
        holding.result(60)
        errors = sorted(type(one.exception(60)).__name__ for one in copies)
        assert errors == ["CrashingRequest"] * 3 + ["ModelCrashed"] * 2


def test_a_response_in_between_begins_a_new_count(tmp_path):
    with ready("separate", tmp_path, restart_limit=1) as (model, failures):
        for code in (1, 2, 3):
            say(model, "pid")
            with pytest.raises(ModelCrashed):
                say(model, f"exit {code}")
        assert say(model, "count here") == "counted"
        assert failures.none()


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


def test_a_process_that_cannot_be_started_ends_the_server(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: 1 / 0)
    with started("separate", tmp_path) as (_, failures):
        assert failures.next() == 16


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


def test_a_call_that_takes_too_long_is_a_crash_that_names_the_setting(tmp_path, model_python):
    with ready("separate", tmp_path, hang_timeout=0.5, model_python=model_python) as (model, failures):
        pid = say(model, "pid")
        (tmp_path / "hold").touch()
        with pytest.raises(ModelCrashed) as caught:
            say(model, "hold it")
        assert str(caught.value).endswith(
            "killed while answering this request, because a call took longer than HANG_TIMEOUT_SECONDS (0.5 s)")
        assert not model.ready  # its successor waits in load()
        (tmp_path / "load").touch()
        assert say(model, "pid") != pid
        assert failures.none()


def test_an_idle_class_and_short_calls_are_no_hang(tmp_path):
    ended, numbers, killed = threading.Event(), iter([None] * 30 + [1, 2] * 30), list[str]()

    def current():
        number = next(numbers, "over")
        if number == "over":
            ended.set()
        return number

    hang_watch._watch(0.01, current, ended, killed.append)
    assert killed == []


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


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true", "/bin/cat"])
def test_an_interpreter_that_is_none_is_reported_and_nobody_hangs(program, tmp_path):
    with started("separate", tmp_path, model_python=program) as (model, failures):
        assert failures.next() > 0
        assert not model.ready


@pytest.mark.parametrize(("source", "code"), [
    ("class M(object):\n    def predict(self, X): pass", 0), ("class M(object): pass", 14), ("1 / 0", 13), ("", 12),
])
def test_a_class_is_checked_in_its_own_python(source, code, tmp_path, model_python):
    (tmp_path / "M.py").write_text(source)
    settings = dataclasses.replace(read_settings(["M"], tmp_path, tmp_path / "none"), model_python=model_python)
    assert class_check.check(settings).code == code


def test_a_check_tells_the_arguments_of_the_constructor(tmp_path, model_python):
    (tmp_path / "M.py").write_text("""
class M(object):
    def __init__(self, a, b=3, c=0.1, d=True, e='n', f=u'\\u00e9', g=None, h=10 ** 30, *i, **j): pass
    def predict(self, X): pass
""")
    settings = dataclasses.replace(read_settings(["M"], tmp_path, tmp_path / "none"), model_python=model_python)
    assert [tuple(each[key] for key in ("name", "required", "type", "value"))
            for each in class_check.check(settings).description["constructor"]] == [
        ("a", True, None, None), ("b", False, "INT", "3"), ("c", False, "FLOAT", "0.1"), ("d", False, "BOOL", "true"),
        ("e", False, "STRING", "n"), ("f", False, "STRING", "\u00e9"), ("g", False, None, None), ("h", False, "INT", str(10**30))]


def test_checking_with_an_interpreter_that_is_none_has_an_exit_code(tmp_path):
    settings = dataclasses.replace(read_settings(["M"], tmp_path, tmp_path / "none"), model_python="/bin/false")
    assert class_check.check(settings).code == 1


def test_nothing_of_the_server_is_loaded_beside_the_class(tmp_path):
    source = """
import sys
class Obeying(object):
    def predict(self, X):
        return ",".join(sorted(name for name in sys.modules if name.split(".")[0] in ("seldon_runtime", "werkzeug", "grpc")))
"""
    with ready("separate", tmp_path, source=source) as (model, _):
        assert say(model, "x") == ""
