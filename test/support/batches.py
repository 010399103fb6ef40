"""A class whose requests go in batches, and requests that gather while it is busy."""

import numpy as np
from seldon_component.payload import REST, Payload
from support.obeying_models import ready
from support.stub_model import ask
from support.waiting import eventually

SOURCE = """
import os, time

class Obeying(object):
    '''Doubles numbers, but for those that it obeys; notes how many rows each call has.'''

    def load(self):
        os.chdir({folder!r})

    def predict(self, X, names):
        with open("rows", "a") as file:
            file.write("%d " % len(X))
        order = X.min()
        if order <= -10:
            open("begun%d" % int(-order), "w").close()
            while not os.path.exists("allowed"):
                time.sleep(0.005)
        if order == -1:
            raise ValueError("bad row")
        if order == -2:
            os._exit(3)
        return X[:1] if order == -3 else X * 2

    def tags(self):
        return {"own": 1}

    def metrics(self):
        return [{"key": "calls", "type": "COUNTER", "value": 1}]
"""
FOREVER = 3600.0  # seconds: a batch that waits for it fails the test


def matrix(*rows, **more):
    return Payload("tensor", np.array(rows, dtype=float).reshape(len(rows), -1), **more)


def batched(kind, folder, most=100, delay=0.0, **more):
    """(model, failures) of the class above, whose requests go in batches."""
    return ready(kind, folder, **{"source": SOURCE, "batch_max_size": most, "batch_max_delay": delay, **more})


def predict(model, content, wire=REST):
    return ask(model, "predict", content, wire)


class Gathering:
    """Keeps the class busy, and sends requests one by one, so that each waits before the next one comes."""

    def __init__(self, threads, model, folder):
        self._threads, self._model, self._folder = threads, model, folder
        self.blockers = []
        for number in range(10, 10 + len(getattr(model, "_workers", [None]))):
            self.blockers.append(threads.submit(predict, model, matrix(-number)))
            eventually((folder / f"begun{number}").exists, "the class was busy")

    def ask(self, *contents, model=None, wire=REST):
        return [self.begin(lambda content=content: predict(model or self._model, content, wire)) for content in contents]

    def begin(self, call):
        before = len(self._model._queue)
        begun = self._threads.submit(call)
        eventually(lambda: len(self._model._queue) == before + 1, "the request waited")
        return begun

    def release(self):
        (self._folder / "allowed").touch()
        for blocker in self.blockers:
            blocker.result(60)


def rows_of_calls(folder):
    """How many rows each call had, in their order; without the calls that kept the class busy."""
    words = (folder / "rows").read_text().split()
    return [int(word) for word in words[len([*folder.glob("begun*")]):]]
