"""seldon_component.state.object_state: the state of an object, written and restored."""

import io
import pickle
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import seldon_component
from seldon_component.errors import BadState, LoadFailed
from seldon_component.state.object_state import State, attempt

FOLDER = str(Path(seldon_component.__file__).parent.parent)


class Plain:
    def __init__(self, step=1):
        self.step = step
        self.counts = np.zeros(2)

    def count(self):
        self.counts[0] += self.step


class Newer(Plain):
    def __init__(self):
        super().__init__()
        self.added = "by the constructor of the newer class"


class WithSlots:
    __slots__ = ("a", "__hidden")

    def __init__(self, a=0):
        self.a = self.__hidden = a

    def values(self):
        return self.a, self.__hidden


class Itself:
    """Refers to itself from inside."""

    def __init__(self):
        self.n = 0
        self.steps = {"one": self.step}

    def step(self):
        self.n += 1


class Dicted:
    def __init__(self, n=0):
        self.n, self.unpicklable = n, lambda: None

    def get_state(self):
        return {"n": self.n}

    def set_state(self, state):
        self.n = state["n"]


class Merging(Dicted):
    def merge_state(self, other):
        self.n += other["n"]


class MergingPickles(Plain):
    def merge_state(self, other):
        self.counts += other.counts


def stored(user):
    """(describe, file) of an object's state."""
    state, file = State(user), io.BytesIO()
    state.write(file)
    file.seek(0)
    return state.describe(), file


def test_a_pickled_object_is_restored_into_the_constructed_one():
    first, second = Plain(step=2), Plain()
    first.count()
    State(second).restore(*stored(first))
    assert (second.counts.tolist(), second.step) == ([2, 0], 2)
    second.count()
    assert (second.counts[0], first.counts[0]) == (4, 2)


def test_an_attribute_that_only_the_newer_class_has_stays():
    old, new = Newer(), Newer()
    old.count()
    del old.added
    State(new).restore(*stored(old))
    assert (new.added, new.counts[0]) == ("by the constructor of the newer class", 1)


def test_slots_are_restored_too():
    second = WithSlots()
    State(second).restore(*stored(WithSlots(5)))
    assert second.values() == (5, 5)


@pytest.mark.parametrize("raw", [False, True])
def test_references_to_the_object_itself_mean_the_restored_one(raw):
    first, second = Itself(), Itself()
    first.step()
    described, file = ({"form": "raw pickle"}, io.BytesIO(pickle.dumps(first))) if raw else stored(first)
    State(second).restore(described, file)
    second.steps["one"]()
    assert second.n == 2


def test_get_state_and_set_state_keep_a_class_that_cannot_be_pickled():
    second = Dicted()
    described, file = stored(Dicted(7))
    assert described["form"] == "dict"
    State(second).restore(described, file)
    assert second.n == 7


def test_an_object_is_described():
    described, _ = stored(Plain())
    assert described["class"] == f"{__name__}.Plain"
    assert described["form"] == "pickle"
    assert described["packages"]["numpy"] == np.__version__
    assert described["python"].startswith("3.")


def test_merge_state_gets_the_dict():
    second = Merging(1)
    State(second).merge(*stored(Merging(7)))
    assert second.n == 8


def test_merge_state_gets_the_other_object():
    first, second = MergingPickles(), MergingPickles()
    for one in (first, second):
        one.count()
    State(second).merge(*stored(first))
    assert second.counts[0] == 2


def test_without_merge_state_a_merge_restores():
    second = Dicted(1)
    State(second).merge(*stored(Dicted(7)))
    assert second.n == 7


@pytest.mark.parametrize(("described", "text"), [
    ({"class": "shop.Other", "form": "pickle", "python": "3.6.15"}, "it is of class shop.Other, and this is {name}"),
    ({"form": "pickle", "python": "2.7.18"}, "it is a pickle of Python 2.7.18, and this is Python 3."),
    ({"form": "dict", "python": "3.6.15"}, "it is a dict of get_state, and {name} has no set_state"),
], ids=["foreign class", "other Python", "no set_state"])
def test_a_state_of_another_class_is_refused_before_it_is_read(described, text):
    name = f"{__name__}.Plain"
    with pytest.raises(BadState) as caught:
        State(Plain()).restore({"class": name, **described}, None)
    assert text.format(name=name) in str(caught.value)


def test_a_raw_pickle_of_another_class_is_refused():
    with pytest.raises(BadState, match=r"it is of class .*\.Newer, and this is .*\.Plain"):
        State(Plain()).restore({"form": "raw pickle"}, io.BytesIO(pickle.dumps(Newer())))


def test_a_raw_pickle_is_restored():
    first, second = Plain(), Plain()
    first.count()
    State(second).restore({"form": "raw pickle"}, io.BytesIO(pickle.dumps(first)))
    assert second.counts[0] == 1


@pytest.mark.parametrize("absent", ["get_state", "set_state"])
def test_one_of_the_two_hooks_alone_is_a_mistake(absent):
    methods: dict[str, Any] = {name: lambda self, *_: {} for name in ("get_state", "set_state") if name != absent}
    with pytest.raises(LoadFailed, match="keeping its state needs get_state and set_state, or neither"):
        State(type("Half", (), methods)())


def test_an_attempt_returns_the_reason_of_its_failure(capsys):
    assert attempt("x", lambda: None) is None
    assert attempt("saving", lambda: 1 / 0) == "ZeroDivisionError: division by zero"
    assert "saving failed:\n  Traceback" in capsys.readouterr().err


ON_OLD = """
import io, sys
sys.dont_write_bytecode = True
sys.path[:0] = [sys.argv[1], "."]
import pickle
from seldon_component.state.object_state import State
from counting import New, Old
for cls in (New, Old):
    first, second = cls(), cls()
    first.count()
    state, file = State(first), io.BytesIO()
    state.write(file)
    file.seek(0)
    State(second).restore(state.describe(), file)
    second.itself.count()
    assert second.n == 2, (cls, second.n)
    third = cls()
    for protocol in (0, 2):
        State(third).restore({u"form": u"raw pickle"}, io.BytesIO(pickle.dumps(first, protocol)))
        third.itself.count()
        assert third.n == 2, (cls, third.n)
"""
COUNTING = """
class Old:
    def __init__(self):
        self.n = 0
        self.itself = self

    def count(self):
        self.n += 1

class New(Old, object):
    pass
"""


def test_every_interpreter_restores_its_own(model_python, tmp_path):
    (tmp_path / "counting.py").write_text(COUNTING)
    run = subprocess.run([model_python, "-c", ON_OLD, FOLDER], cwd=tmp_path, capture_output=True, text=True,
                          check=False)
    assert (run.returncode, run.stderr) == (0, "")
