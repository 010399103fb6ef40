"""seldon_runtime.model.separate.process: each break of the channel is a crash, and no request is begun twice."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.errors import CallError
from seldon_component.payload import Feedback, Payload
from seldon_runtime.errors import ModelCrashed
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import call
from seldon_runtime.model.separate import process, window
from support.held import no_collections
from support.obeying_models import RUNNING, SOURCE, ready, say
from support.waiting import eventually

FRAME = "from seldon_component.channel import frames\nfrom seldon_component.payload import Payload\n"
HUGE = (
    FRAME + "import marshal\nheader, size = marshal.dumps(((0, None), None), 2), 1 << 60\n"
    "check = (len(header) + size & frames._MASK) ^ frames._CHECK\n"
    "os.write(fd('socket'), frames._PREFIX.pack(len(header), size, check) + header)"
)
BREAKS = {
    "garbage": "os.write(fd('socket'), b'no frame, but the words of a print')",
    "a response for nobody": FRAME + "os.write(fd('socket'), b''.join(frames.frame((0, None), Payload('strData', u'other'))))",
    "an impossible length": HUGE,
    "a closed channel": "os.closerange(3, 256)",
    "a channel that is shut": "import socket; socket.fromfd(fd('socket'), socket.AF_UNIX, socket.SOCK_STREAM).shutdown(2)",
    "a header of another kind": FRAME + "os.write(fd('socket'), b''.join(frames.frame(u'head')))",
}
# a thread that keeps the process of the class alive when our code in it has ended
STAYING = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"


@pytest.mark.parametrize("code", BREAKS.values(), ids=BREAKS)
def test_a_broken_channel_is_a_crash_that_leaves_no_deaf_process(code, tmp_path, model_python, monkeypatch):
    monkeypatch.setattr(process, "_END_TIMEOUT", 0.05)  # none of them ends by itself
    with ready("separate", tmp_path, source=RUNNING, model_python=model_python) as (model, failures):
        pid = say(model, "pid")
        say(model, "run " + STAYING)
        with pytest.raises(ModelCrashed):
            say(model, "run " + code)
        assert say(model, "pid") != pid
        eventually(lambda: not os.path.exists(f"/proc/{pid}"), "the process was killed")
        assert (model.restarts, failures.none()) == (1, True)


def test_a_process_that_has_ended_leaves_no_descriptor_to_the_collector(tmp_path):
    with no_collections(), ready("separate", tmp_path, source=RUNNING) as (model, _):
        before = len(os.listdir("/proc/self/fd"))
        for code in "123":
            with pytest.raises(ModelCrashed):
                say(model, f"run os._exit({code})")
            assert say(model, "run result = 'ran'") == "ran"
        eventually(lambda: len(os.listdir("/proc/self/fd")) <= before, "the descriptors were closed")


BEGIN = FRAME + "os.write(fd('socket'), frames._PREFIX.pack(9, 1 << 24, (9 + (1 << 24) & frames._MASK) ^ frames._CHECK))"
# a thread that does the same once the response has gone
BEGIN_LATER = FRAME + f"""import threading
has_gone = threading.Event()
def begin():
    has_gone.wait()
    {BEGIN.rpartition(chr(10))[2]}
threading.Thread(target=begin).start()
frames.Channel.write, write = lambda self, parts: (write(self, parts), has_gone.set()), frames.Channel.write
"""


def test_a_frame_that_begins_between_two_requests_is_a_crash(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "_SILENCE_TIMEOUT", 3600.0)  # it is not the silence afterwards that tells
    with ready("separate", tmp_path, source=RUNNING) as (model, _):
        pid = say(model, "pid")
        say(model, "run " + BEGIN_LATER)
        eventually(lambda: model.restarts, "the beginning of a frame was noticed")
        assert say(model, "pid") != pid


def test_a_frame_that_never_ends_is_a_crash(tmp_path, model_python, monkeypatch):
    monkeypatch.setattr(process, "_SILENCE_TIMEOUT", 0.1)
    with ready("separate", tmp_path, source=RUNNING, model_python=model_python) as (model, _):
        with pytest.raises(ModelCrashed, match="a frame that the server cannot use"):
            say(model, "run " + BEGIN)
        eventually(lambda: model.restarts, "the process was started again")


def test_a_class_may_be_silent_for_longer_than_a_frame(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "_SILENCE_TIMEOUT", 0.05)
    with ready("separate", tmp_path, source=RUNNING) as (model, _):
        assert say(model, "run import time; time.sleep(0.5)") == "ran"
        assert model.restarts == 0


def test_a_doubled_response_never_reaches_another_client(tmp_path):
    double = FRAME + "frames.Channel.write, write = lambda self, parts: write(self, list(parts) * 2), frames.Channel.write"
    with ready("separate", tmp_path, source=RUNNING) as (model, _):
        pid = say(model, "pid")
        say(model, "run " + double)
        eventually(lambda: model.restarts, "the second response was noticed")
        assert say(model, "pid") != pid


def test_a_request_that_the_class_has_read_shifts_no_response(tmp_path):
    steal = "open('begun', 'w')\nwhile not os.path.exists('go'): pass\nos.read(fd('socket'), 1 << 16)"
    with ready("separate", tmp_path, source=RUNNING) as (model, _), ThreadPoolExecutor(2) as threads:
        stealing = threads.submit(say, model, "run " + steal)
        eventually((tmp_path / "begun").exists, "the call had begun")
        stolen = threads.submit(say, model, "pid")
        eventually(lambda: model._workers[0].process.waiting, "it was in the channel")
        (tmp_path / "go").touch()
        assert stealing.result(60) == "ran"
        assert say(model, "count here") == "counted" or (tmp_path / "here").read_text() == "x"
        with pytest.raises(ModelCrashed):
            stolen.result(60)


def fail(payload, error):
    raise ValueError("no response can be sent")


@pytest.mark.parametrize("kind", ["separate", "inline"])
def test_a_response_that_cannot_be_delivered_stops_nobody_else(kind, tmp_path, caplog):
    with ready(kind, tmp_path) as (model, _):
        pid = say(model, "pid")
        model.ask(Request("predict", Payload("strData", "pid")), fail)
        assert say(model, "pid") == pid
    assert "was not delivered" in caplog.text


def test_the_class_cannot_make_the_progress_page_shorter(tmp_path, model_python):
    with ready("separate", tmp_path, source=RUNNING, model_python=model_python) as (model, _):
        with pytest.raises(CallError, match="Operation not permitted"):
            say(model, "run os.ftruncate(fd('/memfd:progress'), 0)")
        assert say(model, "count here") == "counted"


SCRIBBLE = "import mmap\nmmap.mmap(fd('/memfd:progress'), mmap.PAGESIZE)[:] = {} * mmap.PAGESIZE\n"


@pytest.mark.parametrize("byte", [r"b'\0'", r"b'\xff'", "b'x'"])
def test_with_a_page_that_the_class_wrote_over_nothing_is_sent_twice(byte, tmp_path):
    code = SCRIBBLE.format(byte) + "open('begun', 'w')\nwhile not os.path.exists('go'): pass\nos._exit(3)"
    with ready("separate", tmp_path, source=RUNNING) as (model, failures), ThreadPoolExecutor(2) as threads:
        scribbling = threads.submit(say, model, "run " + code)
        eventually((tmp_path / "begun").exists, "the call had begun")
        behind = threads.submit(say, model, "count behind")
        eventually(lambda: model._workers[0].process.waiting, "it was in the channel")
        (tmp_path / "go").touch()
        for one in (scribbling, behind):
            with pytest.raises(ModelCrashed, match="exit code 3"):
                one.result(60)
        assert say(model, "count here") == "counted"
        assert failures.none()
    assert not (tmp_path / "behind").exists()


def test_a_request_whose_response_was_lost_is_not_begun_again(tmp_path, model_python, monkeypatch):
    """The component holds a response back because the next request is there, and that one ends the process."""
    monkeypatch.setattr(window, "_LEAST", 16)  # all of them are in the channel
    with ready("separate", tmp_path, source=RUNNING, model_python=model_python) as (model, _), ThreadPoolExecutor(4) as threads:
        say(model, "run from seldon_component import host; host._LONGEST_HOLD, host._LONG_CALL = 600, 600")
        holding = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        behind = []
        for word in ["count lost", "exit 3", "count untouched"]:
            behind.append(threads.submit(say, model, word))
            eventually(lambda: model._workers[0].process.waiting == len(behind), "it was in the channel")
        (tmp_path / "it").touch()
        assert holding.result(60) == "released"
        with pytest.raises(ModelCrashed, match="while it had this request in hand"):
            behind[0].result(60)
        with pytest.raises(ModelCrashed, match="while answering this request"):
            behind[1].result(60)
        assert behind[2].result(60) == "counted"
    assert [(tmp_path / name).read_text() for name in ("lost", "untouched")] == ["x", "x"]


def test_feedback_that_was_begun_is_not_sent_again(tmp_path):
    source = SOURCE + '''
    def send_feedback(self, *_):
        note("feedback")
        os._exit(3)
'''
    with ready("separate", tmp_path, source=source) as (model, _):
        with pytest.raises(ModelCrashed):
            call(model, Request("send_feedback", Feedback(Payload(), Payload(), 1.0, Payload())))
        assert say(model, "count here") == "counted"
    assert (tmp_path / "feedback").read_text() == "x"
