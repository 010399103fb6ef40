"""seldon_component.user_class.responses: what the user's method returned, as kind, data, names, tags and metrics."""

import tracemalloc

import numpy as np
import pytest
from seldon_component.errors import BadMetric, ModelError
from seldon_component.user_class import responses
from seldon_component.user_class.hooks import Hooks


class Frame:
    def __array__(self, dtype=None, copy=None):
        return np.array([[1, 2]])


class Rich:
    def __init__(self, data, tags=None, metrics=None):
        self.data, self.tags, self.metrics = data, tags, metrics


NUMBERS, TEXT = np.array([[1.5]]), np.array([["a"]])


@pytest.mark.parametrize(("value", "request_kind", "kind"), [
    (NUMBERS, "tensor", "tensor"),
    (NUMBERS, "ndarray", "ndarray"),
    (NUMBERS, "tftensor", "tftensor"),
    (NUMBERS, "strData", "tensor"),
    (NUMBERS, "binData", "tensor"),
    (NUMBERS, "jsonData", "tensor"),
    (NUMBERS, None, "tensor"),
    (TEXT, "tensor", "ndarray"),
    (TEXT, "tftensor", "ndarray"),
    (TEXT, "strData", "ndarray"),
    (np.array([[1, "a"]], dtype=object), "tensor", "ndarray"),
    (np.array([True]), "tensor", "ndarray"),
    (np.array([True]), "tftensor", "tftensor"),
    (np.array([]), "tensor", "tensor"),
    ([[1, 2]], "tensor", "tensor"),
    ((1, 2), "ndarray", "ndarray"),
    (3, "ndarray", "ndarray"),
    (2.5, "tensor", "tensor"),
    (True, "tensor", "ndarray"),
    (np.float32(1), "strData", "tensor"),
    (Frame(), "tensor", "tensor"),
    ("text", "tensor", "strData"),
    (np.str_("text"), "tensor", "strData"),
    (b"bytes", "tensor", "binData"),
    (bytearray(b"bytes"), None, "binData"),
    (memoryview(b"bytes"), "strData", "binData"),
    ({"a": 1}, "ndarray", "jsonData"),
    ({}, "tensor", "jsonData"),
])
def test_a_response_has_the_kind_of_its_value_or_of_the_request(value, request_kind, kind):
    assert responses.classify(value, request_kind, "M.predict")[0] == kind


@pytest.mark.parametrize(("value", "shape", "elements"), [
    (5, (1,), [5]),
    (np.array(5), (1,), [5]),
    (np.int8(5), (1,), [5]),
    ([1, [2, 3]], (2,), [1, [2, 3]]),
    ([[1], [2, 3]], (2,), [[1], [2, 3]]),
    ([np.array([1, 2]), np.array([3, 4])], (2, 2), [[1, 2], [3, 4]]),
    ([], (0,), []),
    ([["a", 1]], (1, 2), [["a", 1]]),
])
def test_a_value_becomes_an_array_of_at_least_one_dimension(value, shape, elements):
    data = responses.classify(value, "ndarray", "M.predict")[1]
    assert (data.shape, data.tolist()) == (shape, elements)


@pytest.mark.parametrize(("value", "found"), [
    (None, "M.predict: expected an array, a list, a number, text, bytes or a dict, found None"),
    (object(), "M.predict: expected an array, a list, a number, text, bytes or a dict, found a value of type object"),
    (iter([]),
     "M.predict: expected an array, a list, a number, text, bytes or a dict, found a value of type list_iterator"),
    ([object()], "data.ndarray[0]: expected numbers, text, dates, lists or dicts, found a value of type object; convert it"),
    (np.array([1j]), "data.ndarray: expected numbers, text or dates, found an array of dtype complex128; convert it"),
])
def test_a_value_that_no_message_can_carry_is_named(value, found):
    with pytest.raises(ModelError) as caught:
        responses.classify(value, "ndarray", "M.predict")
    assert found in str(caught.value)


def test_a_value_may_carry_its_tags_and_metrics():
    assert responses.unwrap(Rich([1], {"a": 1}, [{"key": "k"}])) == ([1], {"a": 1}, [{"key": "k"}])
    assert responses.unwrap([1]) == ([1], None, None)


@pytest.mark.parametrize(("shape", "names"), [
    ((1, 3), ["t:0", "t:1", "t:2"]), ((2, 0), []), ((3,), []), ((1, 2, 3), ["t:0", "t:1"]),
])
def test_only_columns_are_numbered(shape, names):
    assert responses.numbered_names(np.zeros(shape)) == names


@pytest.mark.parametrize(("shape", "count"), [
    ((1, 262_144), 262_144), ((1, 262_145), 0), ((0, 1024), 1024), ((0, 1025), 0), ((0, 10**9), 0), ((1, 65_537), 65_537),
])
def test_a_width_that_costs_nothing_gets_no_names(shape, count):
    for _ in range(2):
        names = responses.numbered_names(np.zeros(shape, np.int8))
        assert (len(names), names[-1:]) == (count, [f"t:{count - 1}"] if count else [])


def test_results_of_every_width_share_the_names_that_are_kept():
    for width in (*range(1, 2000), 100_000):
        responses.numbered_names(np.zeros((1, width), np.int8))
    tracemalloc.start()
    try:
        for width in (*range(2000, 3000), 100_001):
            responses.numbered_names(np.zeros((1, width), np.int8))
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()


def test_a_class_may_change_the_names_of_a_response():
    responses.numbered_names(np.zeros((1, 2))).clear()
    assert responses.numbered_names(np.zeros((1, 2))) == ["t:0", "t:1"]


def test_a_result_with_empty_rows_without_end_is_refused():
    with pytest.raises(ModelError, match=r"expected at most 65536 rows without values, found an array of shape \[1000000000, 0\]; return fewer"):
        responses.classify(np.empty((10**9, 0)), "ndarray", "M.predict")
    assert responses.classify(np.empty((0, 10**9)), "ndarray", "M.predict")[1].shape == (0, 10**9)


class ByMethod:
    def class_names(self):
        return ["a", "b"]


class ByProperty:
    @property
    def class_names(self):
        return ("a", "b")


class ByAttribute:
    class_names = np.array(["a", "b"])


class SaysNone:
    class_names = None


@pytest.mark.parametrize(("cls", "names"), [
    (ByMethod, ["a", "b"]), (ByProperty, ["a", "b"]), (ByAttribute, ["a", "b"]),
    (SaysNone, []), (object, []),
])
def test_names_are_declared_by_method_property_or_attribute(cls, names):
    declared = responses.names_reader(Hooks(cls()), "class_names")()
    assert declared == names
    assert all(type(name) is str for name in declared)


def test_names_that_are_numbers_become_text():
    class Numbers:
        class_names = [0, 1]
    assert responses.names_reader(Hooks(Numbers()), "class_names")() == ["0", "1"]


def test_names_may_be_set_after_the_start():
    class Late:
        pass
    late = Late()
    read = responses.names_reader(Hooks(late), "class_names")
    assert read() == []
    late.class_names = ["a"]  # type: ignore[attr-defined]
    assert read() == ["a"]


def test_later_tags_win():
    assert responses.merged_tags({"a": 1, "b": 1}, None, {"b": np.int64(2)}, {}) == {"a": 1, "b": 2}


def test_tags_must_be_a_dict():
    with pytest.raises(ModelError, match="tags: expected a dict, found list"):
        responses.merged_tags(["a"])


def test_the_values_own_metrics_win_by_key():
    usual = [{"key": "a", "type": "GAUGE", "value": 1}, {"key": "b", "type": "TIMER", "value": 2}]
    own = [{"key": "a", "value": np.float32(0.5)}]
    assert responses.merged_metrics(usual, own) == [
        {"key": "b", "type": "TIMER", "value": 2}, {"key": "a", "type": "COUNTER", "value": 0.5}]


def test_the_tags_of_a_metric_are_text():
    metric = {"key": "a", "type": "COUNTER", "value": 1, "tags": {"n": 5}}
    assert responses.merged_metrics([metric], None) == [dict(metric, tags={"n": "5"})]


@pytest.mark.parametrize(("metrics", "text"), [
    ("x", "metrics: expected a list of dicts, found str"),
    ({"key": "a"}, "metrics: expected a list of dicts, found dict"),
    (["x"], "metrics: expected a dict with key, type and value, found str"),
    ([{"type": "COUNTER", "value": 1}], "metrics: key: expected text, found null"),
    ([{"key": "", "type": "COUNTER", "value": 1}], "metrics: key: expected text, found ''"),
    ([{"key": 5, "type": "COUNTER", "value": 1}], "metrics: key: expected text, found 5"),
    ([{"key": "a", "type": "SUM", "value": 1}],
     "metrics: type of 'a': expected one of COUNTER, GAUGE, TIMER, found 'SUM'"),
    ([{"key": "a", "type": "GAUGE"}], "metrics: value of 'a': expected a number, found null"),
    ([{"key": "a", "type": "GAUGE", "value": "1"}], "metrics: value of 'a': expected a number, found '1'"),
    ([{"key": "a", "type": "GAUGE", "value": True}], "metrics: value of 'a': expected a number, found a bool"),
    ([{"key": "a", "type": "GAUGE", "value": 1, "tags": [1]}], "metrics: tags of 'a': expected a dict, found a list"),
])
def test_an_error_names_the_metric_that_is_not_valid(metrics, text):
    with pytest.raises(BadMetric) as caught:
        responses.merged_metrics(metrics, None)
    assert str(caught.value) == text
