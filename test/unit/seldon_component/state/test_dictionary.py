"""seldon_component.state.dictionary: what get_state returned, written and read, and files that were tampered with."""

import io
import json
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import seldon_component
from hypothesis import given
from hypothesis import strategies as st
from seldon_component.errors import BadState
from seldon_component.state import dictionary

FOLDER = str(Path(seldon_component.__file__).parent.parent)
VALUES = {"counts": np.array([[1, 2], [3, 4]]), "empty": np.zeros((0, 3)), "scalar": np.array(2.5),
          "text array": np.array(["é", "bc"]),
          "flags": np.array([True, False]), "column": np.arange(6.0).reshape(2, 3)[:, 1],
          "when": np.array(["2018-05-04"], "M8[D]"),
          "big": np.arange(3, dtype=">i2"), "n": 2**70, "minus": -1, "rate": 0.1, "nan": float("nan"), "on": True,
          "name": "Rosé",
          "raw": b"\x00\xff", "none": b"", "half": np.float16(0.5), "int": np.int64(7), "complex": np.array([1j])}


def stored(state):
    file = io.BytesIO()
    dictionary.write(state, file)
    file.seek(0)
    return file


def same(one, other):
    if isinstance(one, np.ndarray):
        alike = isinstance(other, np.ndarray) and one.dtype == other.dtype and one.shape == other.shape
        return alike and (one == other).all()
    return (one == other or one != one and other != other) and isinstance(other, type(one))


@pytest.mark.parametrize("name", VALUES)
def test_a_value_comes_back_as_it_was(name):
    value = VALUES[name]
    found = dictionary.read(stored({name: value}))[name]
    assert same(value.item() if isinstance(value, np.generic) else value, found)


def test_a_dict_comes_back_complete_and_its_arrays_are_writable():
    found = dictionary.read(stored(VALUES))
    assert list(found) == sorted(VALUES)
    found["counts"][0, 0] = 9
    assert found["counts"][0, 0] == 9


def test_equal_dicts_are_equal_files_whatever_their_order():
    assert stored({"a": 1, "b": 2}).read() == stored({"b": 2, "a": 1}).read()


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.floats(), st.text(), st.binary(), st.booleans())))
def test_any_dict_comes_back(state):
    found = dictionary.read(stored(state))
    assert set(found) == set(state)
    assert all(same(state[name], found[name]) for name in state)


@pytest.mark.parametrize(("value", "found"), [
    (None, "null"), ([1], "a list"), ({}, "an object"), (1j, "1j"), (np.array([None]), "an array of dtype object"),
    (np.zeros(1, [("a", int)]), "an array of dtype [('a', '<i8')]"),
])
def test_a_value_that_cannot_be_kept_is_named(value, found):
    with pytest.raises(BadState) as caught:
        stored({"weights": value})
    assert str(caught.value) == f"get_state: 'weights': expected an array, a number, text or bytes, found {found}"


def test_a_state_that_is_no_dict_is_refused():
    with pytest.raises(BadState, match=r"get_state: expected a dict, found a list"):
        stored([1])


def with_index(index, body=b""):
    text = index if isinstance(index, bytes) else json.dumps(index).encode()
    return io.BytesIO(struct.pack("<I", len(text)) + text + body)


@pytest.mark.parametrize("index", [
    b"\xff", b"[", {}, [1], [["a"]], [["a", "object", "x"]], [[1, "number", 1]], [["a", "number", "1"]],
    [["a", "number", None]],
    [["a", "text", 1]], [["a", "bytes", -1]], [["a", "bytes", 1.5]], [["a", "bytes", True]],
    [["a", "array", "|O8", [1]]],
    [["a", "array", "O", [1]]], [["a", "array", "<f8", [-1]]], [["a", "array", "<f8", 3]], [["a", "array", "<f8"]],
    [["a", "array", "<f3", [1]]], [["a", "array", "<f8", [1] * 33]], [["a", "array", ["<f8"], [1]]],
    [["a", "array", "<M8[evil]", [1]]],
    [["a", "number", 1, 2]],
], ids=repr)
def test_an_index_that_is_none_is_refused(index):
    with pytest.raises(BadState):
        dictionary.read(with_index(index, bytes(100)))


@pytest.mark.parametrize("entry", [
    ["a", "bytes", 2**61], ["a", "array", "<f8", [2**60]], ["a", "array", "<f8", [2**40, 2**40]],
], ids=repr)
def test_a_length_that_lies_takes_no_memory(entry):
    with pytest.raises(BadState, match="shorter than its index says"):
        dictionary.read(with_index([entry], b"abc"))


def test_an_index_that_is_too_long_is_not_read():
    with pytest.raises(BadState, match="expected at most 16777216 bytes, found"):
        dictionary.read(io.BytesIO(struct.pack("<I", 2**32 - 1)))


def test_every_truncated_file_and_every_longer_one_is_refused():
    whole = stored(VALUES).read()
    for size in [*range(40), *range(40, len(whole), 97), len(whole) - 1]:
        with pytest.raises(BadState):
            dictionary.read(io.BytesIO(whole[:size]))
    with pytest.raises(BadState, match="longer than its index says"):
        dictionary.read(io.BytesIO(whole + b"x"))


def test_the_index_alone_tells_names_dtypes_and_shapes():
    assert dictionary.read_index(stored({"a": np.zeros((2, 3), "<f4"), "b": b"xy", "c": "red", "d": 1})) == [
        ["a", "array", "<f4", [2, 3]], ["b", "bytes", 2], ["c", "text", "red"], ["d", "number", 1]]


ON_OLD = """
# -*- coding: utf-8 -*-
import io, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import numpy as np
from seldon_component.state import dictionary
with open(sys.argv[2], "rb") as file:
    found = dictionary.read(file)
assert found["text"] == u"Ros\\xe9" and found["raw"] == b"\\x00\\xff" and found["n"] == 2 ** 70, found
assert found["array"].tolist() == [[1.5, 2.5]] and found["array"].flags.writeable
assert found["words"].tolist() == [u"\\xe9"]
with open(sys.argv[2], "wb") as file:
    dictionary.write(found, file)
"""


def test_every_interpreter_reads_and_writes_the_same_file(model_python, tmp_path):
    before = stored({"text": "Rosé", "raw": b"\x00\xff", "n": 2**70, "array": np.array([[1.5, 2.5]]),
                     "words": np.array(["é"])}).read()
    (tmp_path / "file").write_bytes(before)
    run = subprocess.run([model_python, "-c", ON_OLD, FOLDER, tmp_path / "file"], capture_output=True, text=True,
                          check=False)
    assert (run.returncode, run.stderr) == (0, "")
    after = (tmp_path / "file").read_bytes()
    assert dictionary.read(io.BytesIO(after)).keys() == dictionary.read(io.BytesIO(before)).keys()
    assert (tmp_path / "file").read_bytes() == before
