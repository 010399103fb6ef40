"""seldon_runtime.model.separate.hang_watch: a call that takes too long ends the process, and an idle class does not."""

import threading

import pytest
from seldon_runtime.errors import ModelCrashed
from seldon_runtime.model.separate import hang_watch
from support.obeying_models import ready, say


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
