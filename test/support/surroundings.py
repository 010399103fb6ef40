"""A class with places for code that disturbs its surroundings, and what its server must still do."""

import sys
from pathlib import Path

import pytest
from support.server import RUNTIME

BEGIN = """import os, signal, sys, threading
def note(name, text="x"):
    with open({folder!r} + "/" + name, "a") as file:
        file.write(text)
"""
CLASS = """
class Mine(object):
    def __init__(self):
        {constructor}
    def load(self):
        {load}
    def predict(self, X, names):
        if not isinstance(X, str):
            return "an array"
        if X == "fail":
            raise ValueError("bad")
        if X == "thread":
            return str(threading.current_thread() is threading.main_thread())
        if X == "pid":
            return str(os.getpid())
        if X == "run":
            {run}
        if X == "hold":
            note("held")
            threading.Event().wait()
        return X
"""
STARTS = {"as in an image": (sys.executable, "-I", "-m", "seldon_runtime"),
          "as a command": (Path(sys.executable).parent / "seldon-core-microservice",), "as a module": RUNTIME}
MODES = pytest.mark.parametrize("mode", ["inline", "separate"])
STREAMS = ["sys.stderr.close()", "sys.stderr = None", "sys.stderr = object()", "os.close(2)", "os.close(1)",
           "sys.stdout = sys.stderr = sys.__stderr__ = None", "sys.stdout.close()"]


def said(server, word):
    """What the class responds to a text."""
    return server.predict({"strData": word}).json()["strData"]


def has_written(path, text):
    return path.exists() and path.read_text() == text


def is_healthy(server):
    """Predictions, errors and the server's own paths work as usual, and a stop ends with 0. The log shows it."""
    assert said(server, "word") == "word"
    assert server.predict({"strData": "fail"}).status_code == 500
    assert [server.status(path) for path in ("/ready", "/metrics", "/metadata", "/seldon.json")] == [200] * 4
    assert server.stop() == 0
    assert "\n  ValueError: bad\n" in server.errors
    assert "supervisor INFO: shutting down" in server.errors
    assert "has failed" not in server.errors
