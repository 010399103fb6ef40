"""The component's process does not depend on what the class does to its streams, signals, imports and arguments."""

import ast
import dataclasses
import os
import signal
import subprocess
from functools import partial

import pytest
from seldon_component.errors import ImportFailed
from seldon_runtime.config.environment import read_settings
from seldon_runtime.model.separate import class_check
from support.obeying_models import SOURCE, ready, say
from support.surroundings import STREAMS
from support.waiting import eventually


@pytest.mark.parametrize("line", STREAMS)
def test_an_error_is_logged_and_the_process_lives_without_its_streams(line, tmp_path, model_python, capfd):
    load = f"        {line}"
    with ready("separate", tmp_path, load=load, model_python=model_python) as (model, _):
        for _ in range(2):
            with pytest.raises(Exception, match="raised ValueError: bad"):
                say(model, "fail")
        assert model.restarts == 0
    assert capfd.readouterr().err.count("\n  ValueError: bad\n") == 2


@pytest.mark.parametrize("line", STREAMS)
def test_a_load_that_fails_without_its_streams_is_explained(line, tmp_path, model_python, capfd):
    (tmp_path / "Mine.py").write_text(f"import os, sys\n{line}\nraise ValueError('no such weights')\n")
    assert class_check.check(settings_of(tmp_path, model_python)).code == ImportFailed.exit_code
    assert "ValueError: no such weights" in capfd.readouterr().err


HANDLERS = {
    "returns": "note('signals')",
    "raises": "note('signals'); raise ValueError('of the handler')",
    "raises an OSError": "note('signals'); raise OSError('of the handler')",
}


def has_written(path, count):
    return path.exists() and len(path.read_text()) == count


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_signal_while_the_process_is_idle_does_not_end_it(handler, tmp_path, model_python, capfd):
    load = ("        import signal\n        def handle(number, frame):\n            "
            f"{HANDLERS[handler]}\n        signal.signal(signal.SIGALRM, handle)\n        signal.signal(signal.SIGCHLD, handle)")
    with ready("separate", tmp_path, load=load, model_python=model_python) as (model, _):
        pid = say(model, "pid")
        for count, number in enumerate([signal.SIGALRM, signal.SIGCHLD], 1):
            os.kill(int(pid), number)
            eventually(partial(has_written, tmp_path / "signals", count), "the handler was called")
            assert say(model, "pid") == pid
        assert model.restarts == 0
    assert ("a signal handler raised between two requests:" in capfd.readouterr().err) == (handler != "returns")


HELPERS = ["random", "pickle", "logging", "types", "typing", "json", "socket", "struct", "site", "collections", "traceback",
           "threading", "decimal", "inspect", "itertools", "datetime", "signal", "select", "re", "string", "token"]
NAMES = "import {names}\nfound = [name for name in {names_of} if hasattr(globals()[name], 'MINE')]\n"


def test_helper_files_named_like_the_standard_library_are_the_classs_own(tmp_path, model_python):
    """The class gets the same modules as under plain `python` in its folder, and our own parts get none of them."""
    for name in HELPERS:
        (tmp_path / f"{name}.py").write_text("MINE = True\n")
    finding = NAMES.format(names=", ".join(HELPERS), names_of=HELPERS)
    (tmp_path / "plain.py").write_text(f"{finding}print(found)\n")
    plain = subprocess.run([model_python, "-B", "plain.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True).stdout
    source = f"{finding}\nclass Obeying(object):\n    def predict(self, X):\n        return ' '.join(found)\n"
    with ready("separate", tmp_path, source=source, model_python=model_python) as (model, _):
        assert say(model, "x").split() == ast.literal_eval(plain)


def test_a_class_may_parse_arguments_of_its_own(tmp_path, model_python):
    source = "import argparse\nargparse.ArgumentParser().parse_args()\n" + SOURCE
    with ready("separate", tmp_path, source=source, model_python=model_python) as (model, _):
        assert say(model, "count x") == "counted"


def settings_of(folder, python):
    return dataclasses.replace(read_settings(["Mine"], folder, folder / "none"), model_python=python)


CLASS = "class Mine(object):\n    def predict(self, X): return X\n"


@pytest.mark.parametrize(("lines", "code"), [
    ("import os\nos._exit(0)\n", ImportFailed.exit_code),
    ("import sys\nsys.exit(0)\n", ImportFailed.exit_code),
    ("import threading\nthreading.Thread(target=threading.Event().wait).start()\n", 0),
    ("import threading, sys\nthreading.Thread(target=sys.exit).start()\n", 0),
    ("import atexit, os\natexit.register(os._exit, 3)\n", 0),
    ("import logging\nlogging.shutdown()\n", 0),
    ("import os\nos.chdir('/')\n", 0),
    ("import sys\nsys.path[:] = []\n", 0),
    ("import warnings\nwarnings.simplefilter('error')\n", 0),
    ("import locale\nlocale.setlocale(locale.LC_ALL, 'C')\n", 0),
    ("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n", 0),
])
def test_a_class_is_checked_by_what_the_component_says(lines, code, tmp_path, model_python):
    (tmp_path / "Mine.py").write_text(lines + CLASS)
    assert class_check.check(settings_of(tmp_path, model_python)).code == code
