"""seldon_runtime.system.log: a reader of the log who stops reading holds up neither the server nor its stop."""

import contextlib
import fcntl
import logging
import os
import threading

import pytest
from seldon_runtime.system.line_writer import LineWriter
from seldon_runtime.system.log import LogHandler
from seldon_runtime.system.log_format import LogFormatter
from support.server import ROOT, Server
from support.waiting import eventually


@pytest.fixture
def full_pipe():
    """(read end, write end) of a pipe that takes no more byte."""
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(write_end, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write_end, b"." * 4096)
    os.set_blocking(write_end, True)
    yield read_end, write_end
    os.close(read_end)
    os.close(write_end)


def handler_of(descriptor):
    return LogHandler(LineWriter(descriptor, "{} entries of the log were lost, because nobody read it".format), LogFormatter("text"))


def record(text):
    return logging.LogRecord("server", logging.ERROR, "file", 1, text, None, None)


def test_entries_wait_for_a_reader_up_to_a_limit(full_pipe):
    read_end, write_end = full_pipe
    handler = handler_of(write_end)
    for number in range(2000):
        handler.emit(record(f"entry {number}"))
    handler.flush()  # does not wait for ever
    read = b""

    def all_read():
        nonlocal read
        read += os.read(read_end, 65536)
        return b"entry 999\n" in read and b"entries of the log were lost, because nobody read it" in read

    eventually(all_read, "the entries were written")
    assert b" server ERROR: entry 0\n" in read


def test_the_end_needs_no_new_thread(monkeypatch):
    """Python 3.12 starts none once it ends, neither for an exit handler nor for a thread that is left."""
    read_end, write_end = os.pipe()
    writer, tasks = LineWriter(write_end, str), []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: pytest.fail("a thread was started"))
    writer.put("the last line")
    writer.finish(lambda: tasks.append(os.read(read_end, 100)))
    assert tasks == [b"the last line\n"]


def test_an_end_that_nobody_reads_waits_no_longer_than_it_may(full_pipe):
    writer, tasks = LineWriter(full_pipe[1], str), []
    writer.put("the last line")
    writer.finish(lambda: tasks.append("ran"))  # does not wait for ever
    assert tasks == []


def test_an_entry_that_cannot_be_formatted_raises_nothing(full_pipe):
    broken = record("%d")
    broken.args = ("text",)
    handler_of(full_pipe[1]).emit(broken)


def test_a_server_whose_log_nobody_reads_restarts_its_class_and_stops(full_pipe, tmp_path):
    server = Server(ROOT / "test/apps/crashing", tmp_path, MODEL_NAME="CrashingModel").start_into(full_pipe[1])
    try:
        server.wait_until_ready()
        assert [server.predict({"strData": word}).status_code for word in ("exit", "rose")] == [500, 200]
        assert server.stop() == 0
    finally:
        server.kill()
