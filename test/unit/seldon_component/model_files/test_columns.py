"""seldon_component.model_files.columns: a request's data as the table that a model was trained with."""

import numpy as np
import pytest
from seldon_component.errors import BadPayload
from seldon_component.model_files.columns import Columns

TWO = Columns(["a", "b"])
MIXED = Columns(["city", "rooms"], 2, [np.dtype(object), np.dtype(np.int64)])


@pytest.mark.parametrize(("data", "names"), [
    (np.array([[1, 2], [3, 4]]), []),
    (np.array([[1, 2], [3, 4]]), ["t:0", "t:1"]),
    (np.array([[2, 1], [4, 3]]), ["b", "a"]),
    ({"b": [2, 4], "a": [1, 3]}, []),
    ([{"a": 1, "b": 2}, {"b": 4, "a": 3}], []),
])
def test_columns_come_in_the_models_order(data, names):
    assert TWO.numbers(data, names).tolist() == [[1, 2], [3, 4]]


def test_a_null_is_nan_and_a_single_value_one_row():
    found = TWO.numbers({"a": 1.5, "b": None}, [])
    assert found[0, 0] == 1.5 and np.isnan(found[0, 1])


@pytest.mark.parametrize(("data", "words"), [
    (np.zeros((1, 3)), "data: expected shape [?, 2] for the columns a, b, found [1, 3]"),
    (np.zeros(2), "data: expected shape [?, 2] for the columns a, b, found [2]"),
    (np.array([["x", "y"]]), "input 'x': expected float64, found 'x'"),
    ({"a": [1]}, "jsonData: expected the columns a, b, found a"),
    ({"a": [1], "b": [1, 2]}, "jsonData: expected one list for each column, all of one length"),
    ([{"a": 1, "c": 2}], "jsonData[0]: expected the columns a, b, found a, c"),
    ("text", "message: expected data with a, b, found 'text'"),
])
def test_what_is_no_such_table_is_refused(data, words):
    with pytest.raises(BadPayload) as raised:
        TWO.numbers(data, [])
    assert str(raised.value) == words


def test_each_column_has_its_own_type():
    city, rooms = MIXED.typed(np.array([["Bonn", 2.0], ["Ulm", 3]], dtype=object), [])
    assert (city.tolist(), rooms.tolist(), rooms.dtype.name) == (["Bonn", "Ulm"], [2, 3], "int64")
    with pytest.raises(BadPayload, match="input 'rooms': expected int64, found 2.5"):
        MIXED.typed({"city": ["Bonn"], "rooms": [2.5]}, [])


def message(names, datatype="FP64"):
    return {"messagetype": "ndarray", "datatype": datatype, "schema": {"names": names, "shape": [len(names) or 2]}}


@pytest.mark.parametrize(("columns", "inputs"), [
    (TWO, [message(["a", "b"])]),
    (Columns([], 2), [message([])]),
    (Columns([], None), []),
    (MIXED, [message(["city"], "BYTES"), message(["rooms"], "INT64")]),
    (Columns(["a", "b"], 2, [np.dtype(np.float32)] * 2), [message(["a", "b"], "FP32")]),
    (Columns(["a", "b"], 2, [np.dtype(np.float32), np.dtype(np.int64)]), [message(["a", "b"])]),
    (Columns(["a", "b"], 2, [None, None]), []),
])
def test_the_metadata_are_one_input_of_numbers_or_one_a_column(columns, inputs):
    assert columns.describe() == inputs
