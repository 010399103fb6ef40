"""seldon_component.host: custom_service runs beside the component, and no response waits for a long call."""

import queue
import socket
import sys
import threading
import time

import numpy as np
import pytest
from seldon_component import compat, host
from seldon_component.channel.assignment import Assignment
from seldon_component.channel.frames import Channel, frame
from seldon_component.channel.own_process import OwnProcess
from seldon_component.channel.progress import SIZE, Progress
from seldon_component.payload import Payload
from support.held import bytes_held_by_callers

LARGE = 2_000_000  # bytes


def load(folder, source):
    (folder / "Mine.py").write_text(source)
    return host.load(Assignment("Mine", str(folder), "MODEL", {}, "unit", None, None, 1, None, None, False, None))


SERVICE = """
import threading
class Mine(object):
    thread = None
    called = threading.Event()
    def load(self):
        self.loaded = True
    def predict(self, X, names): return X
    def custom_service(self):
        type(self).thread, type(self).seen = threading.current_thread(), self.loaded
        self.called.set()
        {then}
"""


@pytest.fixture
def user_class(tmp_path, monkeypatch):
    """A function: source of custom_service's last line -> the loaded component's class, forgotten after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield lambda then: (load(tmp_path, SERVICE.format(then=then)), sys.modules["Mine"].Mine)[1]
    sys.modules.pop("Mine", None)


def test_custom_service_runs_beside_once_the_class_is_loaded(user_class):
    cls = user_class("pass")
    assert cls.called.wait(60)
    assert cls.thread is not threading.current_thread() and cls.thread.daemon and cls.seen


@pytest.mark.parametrize("error", ["ValueError", "NotImplementedError"])
def test_a_custom_service_that_fails_is_logged_and_takes_nothing_down(error, user_class, capfd):
    cls = user_class(f"raise {error}('no port')")
    cls.thread.join(60)
    log = capfd.readouterr().err
    assert "custom_service raised:" in log and f"{error}: no port" in log


class Sleeping:
    """A Component that takes as many seconds as the text of its request says, or waits for `go`."""

    def __init__(self):
        self.go = threading.Event()

    def call(self, method, request, wire, trace_parent):
        if request.data == "go":
            assert self.go.wait(60)
        else:
            time.sleep(float(request.data))
        return request


@pytest.fixture
def serving(monkeypatch):
    """(the component, the server's end of the channel). A response would wait for others for long."""
    monkeypatch.setattr(host, "_LONGEST_HOLD", 600)
    component, (ours, theirs) = Sleeping(), socket.socketpair()
    ours.settimeout(60)
    progress, own = Progress(bytearray(SIZE)), OwnProcess()
    thread = threading.Thread(target=host.serve, args=(component, Channel(theirs), progress, own))
    thread.start()
    yield component, Channel(ours)
    component.go.set()
    ours.close()
    thread.join(60)


def send(channel, *texts):
    """All in one piece."""
    frames = [frame(("predict", "rest", number, ""), Payload("strData", text)) for number, text in enumerate(texts)]
    channel.write([b"".join(map(b"".join, frames))])


def test_after_a_long_call_no_response_waits_for_another_one(serving):
    component, channel = serving
    send(channel, "0.01", "0", "go")
    assert [channel.receive()[1].data for _ in range(2)] == ["0.01", "0"]
    component.go.set()
    assert channel.receive()[1].data == "go"


def test_responses_of_short_calls_travel_together(serving, monkeypatch):
    component, channel = serving
    monkeypatch.setattr(host, "_LONG_CALL", 600)  # a busy machine may take long for a short call
    send(channel, "0", "0", "go")
    assert not channel.has_more_within(0.2)
    component.go.set()
    assert [channel.receive()[1].data for _ in range(3)] == ["0", "0", "go"]


class Echoing:
    """A Component that answers what it is asked."""

    def call(self, method, request, wire, trace_parent):
        return request


@pytest.mark.parametrize("data", ["x" * LARGE, b"x" * LARGE, np.zeros(LARGE)], ids=["text", "bytes", "array"])
def test_memory_is_given_back_once_nothing_refers_to_the_last_message(data, monkeypatch):
    held: queue.SimpleQueue[int] = queue.SimpleQueue()
    monkeypatch.setattr(host, "_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(compat, "return_free_memory", lambda: held.put(bytes_held_by_callers()))
    (ours, theirs), progress, own = socket.socketpair(), Progress(bytearray(SIZE)), OwnProcess()
    channel = Channel(ours)
    thread = threading.Thread(target=host.serve, args=(Echoing(), Channel(theirs), progress, own))
    thread.start()
    channel.send(("predict", "rest", 0, ""), Payload("jsonData", data))
    channel.receive()
    assert held.get(timeout=60) < LARGE
    channel.end()
    thread.join(60)
