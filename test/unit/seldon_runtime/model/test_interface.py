"""model.interface.Model: what is the same in every implementation."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.errors import CallError, Unavailable
from seldon_component.payload import Payload
from support.obeying_models import IMPLEMENTATIONS, ready, say, started
from support.stub_model import ask
from support.waiting import eventually

pytestmark = pytest.mark.parametrize("kind", IMPLEMENTATIONS)


def test_a_component_is_constructed_loaded_and_called_in_one_thread(kind, tmp_path):
    with ready(kind, tmp_path) as (model, _), ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: say(model, "same_thread"), range(8))) == {"True"}


def test_a_component_takes_no_core_from_who_is_running_there_unless_it_is_one_of_several(kind, tmp_path):
    with ready(kind, tmp_path) as (model, _):
        assert say(model, "policy") == str(os.SCHED_OTHER if kind == "workers" else os.SCHED_BATCH)


def test_a_component_is_unavailable_until_it_is_loaded(kind, tmp_path):
    (tmp_path / "hold").touch()
    with started(kind, tmp_path) as (model, failures):
        eventually((tmp_path / "loads").exists, "load() had begun")
        assert (model.ready, model.description) == (False, {})
        with pytest.raises(Unavailable, match="the component is not loaded yet"):
            say(model, "pid")
        (tmp_path / "load").touch()
        eventually(lambda: model.ready, "the component was loaded")
        assert model.description["methods"] == ["predict"]
        assert say(model, "count here") == "counted"
        assert failures.none()


def test_an_error_comes_back_with_all_it_has(kind, tmp_path):
    with ready(kind, tmp_path) as (model, _):
        with pytest.raises(CallError) as caught:
            say(model, "fail")
        error = caught.value
        assert (str(error), error.reason) == ("Obeying.predict raised ValueError: bad", "MICROSERVICE_INTERNAL_ERROR")
        assert (error.status_code, error.body) == (None, None)
        with pytest.raises(CallError, match="Obeying has no method route; it has: predict") as caught:
            ask(model, "route", Payload("strData", "a"))
        assert caught.value.reason == "MICROSERVICE_NOT_IMPLEMENTED"


def test_sys_exit_in_a_method_is_an_error_of_that_call_alone(kind, tmp_path):
    with ready(kind, tmp_path) as (model, failures):
        before = say(model, "pid")
        with pytest.raises(CallError, match=r"Obeying.predict raised SystemExit: 5"):
            say(model, "sys_exit")
        assert (say(model, "pid"), model.ready) == (before, True)
        assert failures.none()


def test_calls_from_many_threads_are_answered_one_by_one_and_none_is_lost(kind, tmp_path):
    with ready(kind, tmp_path) as (model, _), ThreadPoolExecutor(20) as threads:
        assert list(threads.map(lambda _: say(model, "count calls"), range(100))) == ["counted"] * 100
    assert (tmp_path / "calls").read_text() == "x" * 100


def test_a_call_in_flight_is_answered_before_the_component_ends(kind, tmp_path):
    with ready(kind, tmp_path) as (model, _), ThreadPoolExecutor(1) as threads:
        begun = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        (tmp_path / "it").touch()
        assert begun.result(60) == "released"
        model.stop()
        assert not model.ready


@pytest.mark.parametrize(("load", "code"), [
    ("        raise ValueError('bad')", 16), ("        sys.exit(0)", 16), ("        raise SystemExit('bad')", 16),
    ("        raise KeyboardInterrupt", 16), ("        raise GeneratorExit", 16),
    ("        import asyncio\n        raise asyncio.CancelledError", 16),
])
def test_a_load_that_fails_is_reported_with_its_exit_code(kind, load, code, tmp_path):
    with started(kind, tmp_path, load=load) as (model, failures):
        assert failures.next() == code
        assert not model.ready


@pytest.mark.parametrize(("source", "code"), [
    ("class Other(object): pass", 12), ("1 / 0", 13), ("raise KeyboardInterrupt", 13), ("class Obeying(object): pass", 14),
    ("class Obeying(object):\n    def predict(self, X, *, threshold): pass", 14),
    ("class Obeying(object):\n    def predict(self, X): pass\n    @property\n    def tags(self): raise ValueError('bad')", 16),
])
def test_a_class_that_cannot_be_served_is_reported_with_its_exit_code(kind, source, code, tmp_path):
    with started(kind, tmp_path, source=source) as (model, failures):
        assert failures.next() == code
        assert not model.ready


ASYNC = """
import asyncio
class Obeying(object):
    async def load(self):
        await asyncio.sleep(0)
        self.predict = self.later

    async def later(self, X, names):
        await asyncio.sleep(0)
        return X
"""


def test_async_methods_of_the_object_are_awaited(kind, tmp_path):
    with ready(kind, tmp_path, source=ASYNC) as (model, _):
        assert [say(model, word) for word in ("a", "b")] == ["a", "b"]


def test_parameters_that_do_not_fit_are_reported_with_their_exit_code(kind, tmp_path):
    with started(kind, tmp_path, parameters={"colour": "blue"}) as (_, failures):
        assert failures.next() == 15


def test_names_that_cannot_be_told_at_the_start_do_not_end_it(kind, tmp_path):
    source = "class Obeying(object):\n    def predict(self, X): return X\n    def class_names(self): return self.later"
    with ready(kind, tmp_path, source=source) as (model, _):
        assert model.description["class_names"] == []


def test_everybody_who_watches_hears_of_the_change(kind, tmp_path):
    (tmp_path / "hold").touch()
    heard = threading.Event()
    with started(kind, tmp_path) as (model, _):
        model._on_change = heard.set
        (tmp_path / "load").touch()
        assert heard.wait(60)
