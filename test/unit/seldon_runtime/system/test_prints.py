"""seldon_runtime.system.prints: what is printed becomes entries, and nobody waits for the reader of the log."""

import json
import os
import subprocess
import sys
import threading

import pytest
from seldon_runtime.system.line_writer import LineWriter
from seldon_runtime.system.prints import LONGEST, LineBuffer, Outlet, read_lines
from support.server import ROOT


def lines_of(*pieces):
    emitted: list[str] = []
    buffer = LineBuffer(emitted.append)
    for piece in pieces:
        buffer.feed(piece)
    buffer.end_line()
    return emitted


@pytest.mark.parametrize(("pieces", "lines"), [
    ([b"one\ntwo\n"], ["one", "two"]),
    ([b"o", b"ne\nt", b"wo"], ["one", "two"]),
    ([b"\n\n one \n\n"], [" one "]),
    ([b"windows\r\n"], ["windows"]),
    ([b"\r 10%|#", b"\r 20%|##", b"\r100%|####\n"], ["100%|####"]),
    ([b"\xff\x00\xe2\x82", b"\xac\n"], ["\\xff\x00\N{EURO SIGN}"]),
    ([b"x" * LONGEST, b"y" * 10 + b"\n", b"z\n"], ["x" * LONGEST + " ... (10 bytes are left out here)", "z"]),
])
def test_bytes_become_lines(pieces, lines):
    assert lines_of(*pieces) == lines


def test_a_line_without_its_end_is_shown_after_a_second():
    read_end, write_end = os.pipe()
    emitted, shown = [], threading.Event()

    def emit(text):
        emitted.append(text)
        shown.set()

    threading.Thread(target=read_lines, args=({read_end: LineBuffer(emit)},), daemon=True).start()
    os.write(write_end, b"loading ...")
    assert shown.wait(60)
    os.close(write_end)
    assert emitted == ["loading ..."]


class FullWriter(LineWriter):
    """It has no room, and notes how long it was to wait."""

    def __init__(self):
        self.waited = []

    def put(self, line, seconds=0.0):
        self.waited.append(seconds)
        return False


def test_a_reader_who_stopped_holds_up_the_one_who_prints_once():
    writer = FullWriter()
    outlet = Outlet(writer)
    for _ in range(3):
        outlet.put("line")
    assert writer.waited == [1.0, 0.0, 0.0]


CODE = """
import os, subprocess, sys
from seldon_runtime.system import prints
entries = prints.wrap_prints("json")
os.write(1, b"to output\\n")
os.write(2, b"to error without an end")
os.write(entries, b'{"log.logger":"mine","message":"an entry","severity":"ERROR"}\\n')
subprocess.run(["sh", "-c", "echo of a child"])
prints.close_prints()
"""


def test_both_streams_and_those_of_children_are_entries_at_the_end():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, cwd=ROOT / "runtime", check=True)
    output, errors = ([json.loads(line) for line in stream.splitlines()] for stream in (done.stdout, done.stderr))
    assert [(entry["log.logger"], entry["message"]) for entry in output] == [("stdout", "to output"), ("stdout", "of a child")]
    assert sorted((entry["log.logger"], entry["message"], entry["severity"]) for entry in errors) == [
        ("mine", "an entry", "ERROR"), ("stderr", "to error without an end", "INFO")]
