"""A child that the class forks never answers, and never describes the component, however it ends."""

import pytest
from support.obeying_models import RUNNING, ready, say
from support.server import RUNTIME, Server

ENDINGS = ("pass", "raise ValueError('bad')", "raise SystemExit(0)", "raise KeyboardInterrupt", "os._exit(3)")
FORKS = {
    "os.fork": "pid = os.fork()\nif pid == 0:\n    result = 'child'\n    {ending}\nos.waitpid(pid, 0)",
    "a fork in a thread": (
        "import threading\ndef work():\n    pid = os.fork()\n    if pid == 0:\n        {ending}\n    else:\n"
        "        os.waitpid(pid, 0)\nthread = threading.Thread(target=work)\nthread.start()\nthread.join()"),
    "multiprocessing": (
        "import multiprocessing\ndef work():\n    {ending}\n"
        "context = getattr(multiprocessing, 'get_context', lambda _: multiprocessing)('fork')\n"
        "process = context.Process(target=work)\nprocess.start()\nprocess.join()"),
}


def check_that_no_child_answers(model, code):
    pid = say(model, "pid")
    for _ in range(3):
        assert say(model, "run " + code) == "ran"
        assert [say(model, "pid") for _ in range(3)] == [pid] * 3
    assert model.restarts == 0


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("fork", FORKS)
def test_a_child_never_answers(fork, ending, tmp_path, model_python):
    with ready("separate", tmp_path, source=RUNNING, model_python=model_python) as (model, failures):
        check_that_no_child_answers(model, FORKS[fork].format(ending=ending))
        assert failures.none()


# A child whose only thread ends by itself runs the exit handlers of C libraries, which wait for threads that it lacks.
# So a thread in a process with other threads, as the server is, can only end its child by os._exit.
@pytest.mark.parametrize(("fork", "ending"), [
    (fork, ending) for fork in FORKS for ending in ENDINGS if fork != "a fork in a thread" or ending.startswith("os._exit")])
def test_a_child_never_answers_inline(fork, ending, tmp_path):
    with ready("inline", tmp_path, source=RUNNING) as (model, failures):
        check_that_no_child_answers(model, FORKS[fork].format(ending=ending))
        assert failures.none()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_child_of_load_never_describes_the_component(ending, tmp_path, model_python):
    load = f"        if os.fork() == 0:\n            {ending}"
    with ready("separate", tmp_path, load=load, model_python=model_python) as (model, failures):
        assert len({say(model, "pid") for _ in range(5)}) == 1
        assert (model.restarts, failures.none()) == (0, True)


FORKING = """
import os
class Forking(object):
    def load(self):
        pid = os.fork()
        if pid == 0:
            {ending}
        else:
            os.waitpid(pid, 0)

    def predict(self, X):
        return X
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_child_of_load_ends_no_server_inline(ending, tmp_path):
    (tmp_path / "Forking.py").write_text(FORKING.format(ending=ending))
    server = Server(tmp_path, tmp_path / "output", (*RUNTIME, "Forking"), MODEL_PROCESS="inline").start()
    try:
        assert server.wait_until_ready().predict({"strData": "x"}).json()["strData"] == "x"
    finally:
        server.stop()
