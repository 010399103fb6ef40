"""seldon_component.compat: what differs between the interpreters."""

import subprocess
from pathlib import Path

import pytest
import seldon_component
from seldon_component import compat

FOLDER = str(Path(seldon_component.__file__).parent.parent)


@pytest.mark.parametrize(("value", "text"), [
    ("é", "é"), (b"\xc3\xa9", "é"), (5, "5"), (None, "None"), (2.5, "2.5"),
])
def test_anything_becomes_text(value, text):
    assert compat.to_text(value) == text
    assert type(compat.to_text(value)) is str


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(UnicodeDecodeError):
        compat.to_text(b"\xff")


@pytest.mark.parametrize(("function", "expected"), [
    (lambda: None, ([], [], {}, False, False)),
    (lambda a, b=1: None, (["a", "b"], [], {"b": 1}, False, False)),
    (lambda a, *rest, c, d=1, **more: None, (["a"], ["c", "d"], {"d": 1}, True, True)),
])
def test_parameters_are_distinguished(function, expected):
    assert tuple(compat.parameters_of(function)) == expected


def test_nobody_can_tell_the_parameters_of_c_code():
    assert compat.parameters_of(max) is None


ON_OLD = """
# -*- coding: utf-8 -*-
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from seldon_component import compat
class Slots(object): pass
class Old:
    def __init__(self, a): pass
assert compat.to_text(b"\\xc3\\xa9") == u"\\xe9" and type(compat.to_text("a")) is compat.text_type
assert compat.parameters_of(Slots) == ([], [], {}, False, False)
assert compat.parameters_of(Old).names == ["a"]
assert compat.parameters_of(lambda a, b=1, *c, **d: 0) == (["a", "b"], [], {"b": 1}, True, True)
assert compat.module_exists("json") and compat.module_exists("json.decoder")
assert not compat.module_exists("no_such") and not compat.module_exists("json.no_such")
assert not compat.module_exists("os.path.no_such") and not compat.module_exists("no_such.module")
"""


def test_every_interpreter_gives_the_same_results(model_python):
    run = subprocess.run([model_python, "-c", ON_OLD, FOLDER], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
