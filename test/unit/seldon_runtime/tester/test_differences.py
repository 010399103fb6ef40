"""Where two responses differ."""

import numpy as np
import pytest
from seldon_component.payload import Payload
from seldon_runtime.tester.differences import differences

NAN = float("nan")


def array(values, names=(), kind="ndarray", **meta):
    return Payload(kind, np.array(values), list(names), meta)


@pytest.mark.parametrize(("old", "new"), [
    (array([[1, 2]]), array([[1.0, 2.0]])),
    (array([[1.0]]), array([[1.0 + 1e-9]])),
    (array([[1e9]]), array([[1e9 + 1]])),
    (array([[NAN, 1]]), array([[NAN, 1]])),
    (array([["a"]], ["n"]), array([["a"]], ["n"])),
    (array(np.zeros((0, 2))), array(np.zeros((0, 2)))),
    (Payload("strData", "a"), Payload("strData", "a")),
    (Payload("jsonData", {"a": [1, {"b": 2}]}), Payload("jsonData", {"a": [1.0, {"b": 2}]})),
])
def test_equal_responses_have_no_line(old, new):
    assert differences(old, new, 1e-6) == []


@pytest.mark.parametrize(("old", "new", "line"), [
    (array([[1, 2], [3, 4]]), array([[1, 2.5], [3, 6]]),
     "column 1: 2 of 2 rows differ, at most by 2; row 0: old 2, new 2.5"),
    (array([[1, 2]], ["a", "b"]), array([[3, 2]], ["a", "b"]),
     "column 0 (a): 1 of 1 rows differ, at most by 2; row 0: old 1, new 3"),
    (array([1, 2]), array([1, 4]), "column 0: 1 of 2 rows differ, at most by 2; row 1: old 2, new 4"),
    (array([[1.0]]), array([[NAN]]), "column 0: 1 of 1 rows differ; row 0: old 1.0, new nan"),
    (array([["a"]]), array([["b"]]), "column 0: 1 of 1 rows differ; row 0: old 'a', new 'b'"),
    (array([[True]]), array([["x"]]), "column 0: 1 of 1 rows differ; row 0: old True, new 'x'"),
    (array([[1]]), array([[1, 2]]), "shape: old [1, 1], new [1, 2]"),
    (array([[1]], ["a"]), array([[1]], ["b"]), "names: old ['a'], new ['b']"),
    (array([[1]]), Payload("strData", "1"), "data: old ndarray, new strData"),
    (Payload(), Payload("strData", ""), "data: old none, new strData"),
    (Payload("strData", "a"), Payload("strData", "b"), "strData: old 'a', new 'b'"),
    (Payload("jsonData", {"a": [1]}), Payload("jsonData", {"a": [3]}), "jsonData.a[0]: old 1, new 3, by 2"),
    (Payload("jsonData", {"a": 1}), Payload("jsonData", {}), "jsonData.a: old 1, new None"),
    (array([[1]], tags={"outlierScore": [0.5]}), array([[1]], tags={"outlierScore": [1.5]}),
     "meta.tags.outlierScore[0]: old 0.5, new 1.5, by 1"),
])
def test_a_difference_has_its_place_and_size(old, new, line):
    assert differences(old, new, 1e-6) == [line]


def test_the_tolerance_is_relative_beyond_1():
    assert differences(array([[100.0]]), array([[101.0]]), 0.01) == []
    assert differences(array([[0.0]]), array([[0.02]]), 0.01) != []
