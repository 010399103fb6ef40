"""seldon_component.log_text: what stands in the log, from any sender."""

import subprocess
from pathlib import Path

import pytest
import seldon_component
from seldon_component.log_text import LONGEST, indented, one_line, shortened


@pytest.mark.parametrize(("text", "line"), [
    ("é, a\tb", "é, a\tb"), ("a\nb", "a\\nb"), ("a\r\n", "a\\r\\n"), ("\x1b[31m", "\\x1b[31m"), ("\0\x7f\x85", "\\x00\\x7f\\x85"),
    ("\u2028\u2029", "\\u2028\\u2029"), ("\u202egnp", "\\u202egnp"), ("", ""),
])
def test_a_line_has_no_control_characters(text, line):
    assert one_line(text) == line


def test_no_line_of_a_traceback_begins_an_entry():
    assert indented("Traceback:\n  File\r\nValueError: a\n2018 INFO: b") == \
        "  Traceback:\n    File\\r\n  ValueError: a\n  2018 INFO: b"


@pytest.mark.parametrize("text", ["x" * 100, "", "é" * 99])
def test_a_short_text_is_unchanged(text):
    assert shortened(text, 100) == text


@pytest.mark.parametrize("length", [101, 5000, 10**7])
def test_a_long_text_keeps_its_beginning_and_its_end(length):
    found = shortened("a" + "-" * (length - 2) + "z", 100)
    assert len(found) <= 100 and found[0] + found[-1] == "az"
    assert f"({length - 40} characters are left out here)" in found


def test_an_entry_is_cut():
    assert len(one_line("x" * 10**7)) <= LONGEST and len(indented("\n" * 10**7)) <= 3 * LONGEST


FOLDER = str(Path(seldon_component.__file__).parents[1])
TRACEBACK = """
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from seldon_component import log_text
def fail():
    eval(compile("raise ValueError('bad')", "/user/MyModel.py", "exec"), {})
try:
    fail()
except ValueError:
    print(log_text.user_traceback("/user"))
"""


def test_a_traceback_begins_with_the_users_first_frame(model_python):
    run = subprocess.run([model_python, "-c", TRACEBACK, FOLDER], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ['  File "/user/MyModel.py", line 1, in <module>', "ValueError: bad"]
