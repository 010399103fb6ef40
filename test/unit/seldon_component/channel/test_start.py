"""seldon_component.channel.start: the first frame of a component, from every interpreter to the server."""

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import seldon_component
from seldon_component.channel import start
from seldon_component.channel.assignment import Assignment
from seldon_component.channel.frames import Channel
from seldon_component.errors import LoadFailed

RUNTIME = str(Path(seldon_component.__file__).parents[1])
RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from seldon_component.__main__ import main; main(sys.argv[1:])"


def test_a_description_is_read_as_it_was_sent():
    assert start.read_head(start.description_head({"name": "Mine"})) == ({"name": "Mine"}, None)


def test_a_failure_has_its_text_and_its_exit_code():
    head = start.failure_head(LoadFailed("Mine could not be loaded: é"))
    assert start.read_head(head) == (None, start.StartFailure("Mine could not be loaded: é", 16))


def test_a_long_text_is_cut_so_that_sending_it_never_waits():
    assert len(start.failure_head(LoadFailed("x" * 10**6))[1]) == 2**14


def started(python, folder, source, task="serve"):
    """(channel, process) of a component with this source."""
    (folder / "Mine.py").write_text(source)
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    channel = Channel(ours)
    with tempfile.TemporaryFile() as memory, theirs:
        memory.truncate(4096)
        descriptors = (memory.fileno(), theirs.fileno())
        process = subprocess.Popen([python, "-B", "-c", RUN, RUNTIME, task, *map(str, descriptors)], cwd=folder,
                                   pass_fds=descriptors, stderr=subprocess.PIPE, text=True)
    channel.send(tuple(Assignment("Mine", str(folder), "MODEL", {}, "unit", None, None, 1, None, None, False, None)))
    return channel, process


def end_of(process):
    """(exit code, standard error)"""
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


def first_frame(python, folder, source, task="serve"):
    """(head of the first frame, or None without one; exit code; standard error) of a component with this source."""
    channel, process = started(python, folder, source, task)
    try:
        head, _ = channel.receive()
    except EOFError:
        head = None
    channel.close()
    return (head, *end_of(process))


def test_a_loaded_component_sends_its_description(model_python, tmp_path):
    source = "class Mine(object):\n    def predict(self, X): return X\n"
    head, code, errors = first_frame(model_python, tmp_path, source)
    description, failure = start.read_head(head)
    assert (description["name"], description["methods"], failure) == ("Mine", ["predict"], None)
    assert (code, errors) == (0, "")


def test_a_component_that_fails_prints_the_reason_and_sends_it(model_python, tmp_path):
    head, code, errors = first_frame(model_python, tmp_path, "class Other(object): pass\n")
    text = "MODEL_NAME: Mine has no class 'Mine'. Classes found: Other"
    assert start.read_head(head) == (None, start.StartFailure(text, 12))
    assert (code, errors) == (12, text + "\n")


def test_a_component_that_is_examined_leaves_its_failure_to_the_server(model_python, tmp_path):
    source = "class Mine(object):\n    def __init__(self, a): pass\n    def predict(self, X): return X\n"
    head, code, errors = first_frame(model_python, tmp_path, source, "examine")
    text = "PREDICTIVE_UNIT_PARAMETERS: 'a' is missing and has no default; Mine takes: a"
    assert start.read_head(head) == (None, start.StartFailure(text, code))
    assert errors == ""


@pytest.mark.parametrize("task", ["check", "serve"])
def test_a_component_that_fails_does_so_even_if_the_server_is_gone(task, tmp_path):
    source = "import os, time\nwhile not os.path.exists('gone'): time.sleep(0.01)\nclass Other: pass\n"
    channel, process = started(sys.executable, tmp_path, source, task)
    channel.close()
    (tmp_path / "gone").touch()
    assert end_of(process) == (12, "MODEL_NAME: Mine has no class 'Mine'. Classes found: Other\n")


def test_a_process_that_ends_by_itself_sends_nothing(tmp_path):
    assert first_frame(sys.executable, tmp_path, "import os\nos._exit(18)\n") == (None, 18, "")
