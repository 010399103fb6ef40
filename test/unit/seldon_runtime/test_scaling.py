"""MODEL_WORKERS processes of one class compute at the same time, each on whichever core is free."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.server import RUNTIME, Server

WORKERS = 3  # more than some machines have cores: they take turns then, and are at work at the same time all the same
MODEL = """
import os, time

TOGETHER = %d

def present(number):
    return [name for name in os.listdir(".") if name.startswith("round-%%d-" %% number)]

class Computing(object):
    '''Computes until as many processes are in the same round as there are workers, each in its own call.'''

    def predict(self, X, names):
        number = int(X[0][0])
        open("round-%%d-%%d" %% (number, os.getpid()), "w").close()
        end, product = time.time() + 60, 1
        while len(present(number)) < TOGETHER and time.time() < end:
            product = product * 48271 %% 2147483647
        return [[os.getpid(), len(present(number))]]
""" % WORKERS


@pytest.fixture
def server(model_python, tmp_path):
    (tmp_path / "Computing.py").write_text(MODEL)
    variables = {"MODEL_PYTHON": model_python, "MODEL_WORKERS": WORKERS}
    started = Server(tmp_path, tmp_path / "scratch", (*RUNTIME, "Computing"), **variables).start()
    yield started.wait_until_ready()
    started.stop()


def cores_of(pid):
    """Those that a process may run on."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(line for line in status if line.startswith("Cpus_allowed:"))


def test_as_many_requests_are_in_the_class_at_once_as_there_are_workers(server):
    """Each round needs every process: a request that waited behind another one would never let it end."""
    processes = set()
    for number in range(3):
        begun = [server.begin_to_predict({"data": {"ndarray": [[number]]}}) for _ in range(WORKERS)]
        rows = [response().json()["data"]["ndarray"][0] for response in begun]
        assert len({pid for pid, _ in rows}) == WORKERS
        assert {together for _, together in rows} == {WORKERS}
        processes |= {pid for pid, _ in rows}
    assert len(processes) == WORKERS  # the same ones in each round
    assert {cores_of(pid) for pid in processes} == {cores_of("self")}  # none is kept on a core
    assert {os.sched_getscheduler(pid) for pid in processes} == {os.SCHED_OTHER}  # each has its core at once
