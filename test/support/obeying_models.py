"""A component that does what the text of its request says, for every implementation of `Model`."""

import contextlib
import dataclasses
import itertools
import queue
import sys
from typing import Any

from seldon_component.payload import Payload
from seldon_runtime.config.environment import read_settings
from seldon_runtime.model.factory import create_component
from seldon_runtime.model.interface import ignore_change
from seldon_runtime.system.timer import Timer
from support.stub_model import ask
from support.waiting import eventually

# what the settings say of each implementation
IMPLEMENTATIONS: dict[str, dict[str, Any]] = {"separate": {}, "inline": {"model_process": "inline"}, "workers": {"model_workers": 2}}
SOURCE = """
import os, sys, threading, time

def wait_for(name):
    while not os.path.exists(name):
        time.sleep(0.005)

def note(name, text="x"):
    with open(name, "a") as file:
        file.write(text)

class Obeying(object):
    def __init__(self):
        self.threads = [threading.current_thread().ident]

    def load(self):
        self.threads.append(threading.current_thread().ident)
        os.chdir({folder!r})
        note("loads")
        if os.path.exists("hold"):
            wait_for("load")
{load}

    def predict(self, X):
        self.threads.append(threading.current_thread().ident)
        word, _, name = X.partition(" ")
        return getattr(self, word)(name)

    def kill(self, number):
        os.kill(os.getpid(), int(number))

    def pid(self, _):
        return str(os.getpid())

    def policy(self, _):
        return str(os.sched_getscheduler(0))

    def same_thread(self, _):
        return str(len(set(self.threads)) == 1)

    def count(self, name):
        note(name)
        return "counted"

    def hold(self, name):
        note(name + ".begun")
        wait_for(name)
        return "released"

    def hold_and_exit(self, name):
        self.hold(name)
        os._exit(3)

    def exit(self, code):
        os._exit(int(code))

    def segfault(self, _):
        import ctypes
        ctypes.string_at(0)

    def leave_orphan(self, _):
        pid = os.fork()  # has our sockets, and stays
        if pid == 0:
            time.sleep(600)
            os._exit(0)
        note("orphan", str(pid))
        os._exit(4)

    def sys_exit(self, _):
        sys.exit(5)

    def fail(self, _):
        raise ValueError("bad")
"""
# `run` executes the text after it in the class
RUNNING = SOURCE + '''
    def run(self, code):
        found = {"result": "ran", "stat": __import__("stat"), "os": os, "fd": self.descriptor}
        exec(code, found)
        return found["result"]

    def descriptor(self, word):
        """That of the channel or of the progress page."""
        for name in os.listdir("/proc/self/fd"):
            try:
                target = os.readlink("/proc/self/fd/" + name)
            except OSError:
                continue
            if int(name) > 2 and target.startswith(word):
                return int(name)
'''
_numbers = itertools.count()


class Failures:
    """The `on_failure` of a model."""

    def __init__(self):
        self._codes: queue.SimpleQueue[int] = queue.SimpleQueue()

    def __call__(self, code):
        self._codes.put(code)

    def next(self):
        """The next exit code; fails when there is none for a long time."""
        return self._codes.get(timeout=60)

    def none(self):
        return self._codes.empty()


@contextlib.contextmanager
def started(kind, folder, load="        pass", source=None, **changes):
    """(model, failures) of the class above, being loaded. load: what else its `load` does. changes: of the Settings."""
    name = f"obeying{next(_numbers)}"
    (folder / f"{name}.py").write_text((source or SOURCE).replace("{folder!r}", repr(str(folder))).replace("{load}", load))
    settings = dataclasses.replace(
        read_settings([f"{name}.Obeying"], folder, folder / "none"), **{"restart_wait": 60.0, **IMPLEMENTATIONS[kind], **changes})
    failures = Failures()
    model = create_component(settings, Timer(), failures, ignore_change)
    model.start()
    try:
        yield model, failures
    finally:
        model.stop()
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


@contextlib.contextmanager
def ready(kind, folder, **more):
    """The same, loaded."""
    with started(kind, folder, **more) as (model, failures):
        eventually(lambda: model.ready or not failures.none(), "the component was loaded")
        assert model.ready
        yield model, failures


def say(model, text):
    """The text that the component answers to a text."""
    return ask(model, "predict", Payload("strData", text)).data
